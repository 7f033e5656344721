export { aPlan, aPolicy } from './policies.ts';
export { aCustomerRow, anAttemptRow, anEffectRow, anEventRow, anIssueRow, aTransitionRow } from './rows.ts';
export {
  API_VERSION,
  aNewEventId,
  aStripeEvent,
  aThinEvent,
  type SnapshotEvent,
  signEvent,
  TEST_WEBHOOK_SECRET,
} from './stripe-events.ts';
export {
  aCheckoutSession,
  aCustomer,
  anInvoice,
  anUnpaidInvoice,
  aPaymentMethod,
  aPrice,
  aSubscription,
  BOUGHT_AT,
  RENEWS_AT,
  type StripeObject,
} from './stripe-objects.ts';
export { aStripeShop, type StripeShop } from './stripe-shop.ts';
export { type TestDatabase, testDatabase } from './test-database.ts';
