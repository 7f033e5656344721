import { BOUGHT_AT, RENEWS_AT, type StripeObject } from './stripe-objects.ts';

/**
 * One purchase as each version of Stripe's API tells it, from 2022-11-15 on: what changed between them of what we read.
 * Written out and not derived, so that a mistake of ours cannot be made on both sides.
 */

export interface Era {
  subscription: StripeObject;
  invoice: StripeObject;
  checkout: StripeObject;
  charge: StripeObject;
  payment: StripeObject;
}

const price = {
  id: 'price_team_monthly',
  object: 'price',
  active: true,
  currency: 'usd',
  lookup_key: 'team_monthly',
  product: 'prod_team',
  recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed' },
  type: 'recurring',
  unit_amount: 4900,
};
const plan = {
  id: 'price_team_monthly',
  object: 'plan',
  active: true,
  amount: 4900,
  currency: 'usd',
  interval: 'month',
  interval_count: 1,
  product: 'prod_team',
};
const item = { id: 'si_1', object: 'subscription_item', created: BOUGHT_AT, price, quantity: 1, subscription: 'sub_1' };
const subscription = {
  id: 'sub_1',
  object: 'subscription',
  cancel_at: null,
  cancel_at_period_end: false,
  canceled_at: null,
  collection_method: 'charge_automatically',
  created: BOUGHT_AT,
  currency: 'usd',
  customer: 'cus_1',
  default_payment_method: 'pm_1',
  ended_at: null,
  latest_invoice: 'in_1',
  livemode: false,
  metadata: {},
  pause_collection: null,
  start_date: BOUGHT_AT,
  status: 'active',
  trial_end: null,
};
const invoice = {
  id: 'in_1',
  object: 'invoice',
  amount_due: 4900,
  amount_paid: 4900,
  amount_remaining: 0,
  attempt_count: 1,
  attempted: true,
  billing_reason: 'subscription_create',
  created: BOUGHT_AT,
  currency: 'usd',
  customer: 'cus_1',
  customer_email: 'ada@example.com',
  customer_name: 'Ada Lovelace',
  hosted_invoice_url: 'https://invoice.stripe.com/i/acct_1/test_1',
  invoice_pdf: 'https://pay.stripe.com/invoice/acct_1/test_1/pdf',
  livemode: false,
  next_payment_attempt: null,
  number: 'A1B2C3D4-0001',
  status: 'paid',
  status_transitions: { finalized_at: BOUGHT_AT, marked_uncollectible_at: null, paid_at: BOUGHT_AT, voided_at: null },
};
const checkout = {
  id: 'cs_test_1',
  object: 'checkout.session',
  amount_total: 4900,
  client_reference_id: 'ci_1',
  created: BOUGHT_AT,
  currency: 'usd',
  customer: 'cus_1',
  customer_details: { email: 'ada@example.com', name: 'Ada Lovelace' },
  customer_email: null,
  invoice: 'in_1',
  livemode: false,
  metadata: {},
  mode: 'subscription',
  payment_intent: null,
  payment_status: 'paid',
  status: 'complete',
  subscription: 'sub_1',
};
const charge = {
  id: 'ch_1',
  object: 'charge',
  amount: 4900,
  amount_refunded: 0,
  created: BOUGHT_AT,
  currency: 'usd',
  customer: 'cus_1',
  disputed: false,
  livemode: false,
  paid: true,
  payment_intent: 'pi_1',
  status: 'succeeded',
};
const payment = {
  id: 'pi_1',
  object: 'payment_intent',
  amount: 4900,
  created: BOUGHT_AT,
  currency: 'usd',
  customer: 'cus_1',
  last_payment_error: null,
  latest_charge: 'ch_1',
  livemode: false,
  status: 'succeeded',
};

const itemsOf = (fields: Record<string, unknown>) => ({
  object: 'list',
  data: [{ ...item, ...fields }],
  has_more: false,
});
const periodOf = { current_period_end: RENEWS_AT, current_period_start: BOUGHT_AT };

/** Until 2025-03-31.basil a subscription had one period, and an invoice one payment, which named its invoice. */
const beforeBasil: Era = {
  subscription: { ...subscription, ...periodOf, discount: null, items: itemsOf({ plan }), plan, quantity: 1 },
  invoice: {
    ...invoice,
    charge: 'ch_1',
    discount: null,
    paid: true,
    payment_intent: 'pi_1',
    quote: null,
    subscription: 'sub_1',
  },
  checkout: { ...checkout, ui_mode: 'hosted' },
  charge: { ...charge, invoice: 'in_1' },
  payment: { ...payment, invoice: 'in_1' },
};

const parent = {
  quote_details: null,
  subscription_details: { metadata: {}, subscription: 'sub_1' },
  type: 'subscription_details',
};
/** Since then each item has its own period, an invoice came from a parent, and its payments are told when asked for. */
const sinceBasil: Era = {
  subscription: { ...subscription, discounts: [], items: itemsOf({ ...periodOf, plan }) },
  invoice: { ...invoice, amount_overpaid: 0, discounts: [], parent },
  checkout: { ...checkout, ui_mode: 'hosted' },
  charge,
  payment,
};

export const apiVersions: Record<string, Era> = {
  '2022-11-15': {
    ...beforeBasil,
    subscription: { ...beforeBasil.subscription, cancellation_details: undefined },
    checkout: {
      ...beforeBasil.checkout,
      customer_details: { email: 'ada@example.com', name: 'Ada Lovelace', phone: null },
    },
  },
  '2023-10-16': beforeBasil,
  '2024-06-20': {
    ...beforeBasil,
    subscription: { ...beforeBasil.subscription, discounts: [] },
    invoice: { ...beforeBasil.invoice, issuer: { type: 'self' } },
  },
  '2024-12-18.acacia': {
    ...beforeBasil,
    subscription: { ...beforeBasil.subscription, discounts: [] },
    invoice: { ...beforeBasil.invoice, issuer: { type: 'self' }, pre_payment_credit_notes_amount: 0 },
  },
  '2025-03-31.basil': sinceBasil,
  '2026-10-28.endive': {
    ...sinceBasil,
    subscription: {
      ...sinceBasil.subscription,
      billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible' },
      customer_account: null,
    },
    checkout: { ...sinceBasil.checkout, customer_account: null, ui_mode: 'hosted_page' },
    payment: { ...sinceBasil.payment, customer_account: null },
  },
};
