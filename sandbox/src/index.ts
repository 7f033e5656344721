export { type StripeStandIn, startStripeStandIn } from './stripe/server.ts';
