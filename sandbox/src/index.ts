export { type StripeStandIn, startStripeStandIn } from './stripe/server.ts';
export { startVendorStandIns, type VendorStandInOptions, type VendorStandIns } from './vendors/index.ts';
