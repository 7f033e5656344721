import Stripe from 'stripe';
import type { BillingObject } from './state.ts';
import type { StripeCalls } from './stripe-calls.ts';

/** Reading one object of Stripe's by its id: which call that is, what comes along, and whose it is. */

/** As far as it is looked at before it is understood. */
export interface RawObject {
  id?: string;
  customer?: unknown;
  charge?: unknown;
  payment_intent?: unknown;
}

type Read = (stripe: Stripe, id: string) => Promise<RawObject>;

/** By the beginning of the id, which Stripe keeps for a kind. Newer kinds of payments have prefixes of their own. */
const readings: readonly [prefix: string, kind: BillingObject['kind'], endpoint: string, read: Read][] = [
  ['cs_', 'checkout', 'checkout', (stripe, id) => stripe.checkout.sessions.retrieve(id, { expand: ['line_items'] })],
  ['in_', 'invoice', 'invoices', (stripe, id) => stripe.invoices.retrieve(id, { expand: ['payments'] })],
  ['sub_', 'subscription', 'subscriptions', (stripe, id) => stripe.subscriptions.retrieve(id)],
  ['pi_', 'payment', 'payment_intents', (stripe, id) => stripe.paymentIntents.retrieve(id)],
  ['ch_', 'charge', 'charges', (stripe, id) => stripe.charges.retrieve(id)],
  ['py_', 'charge', 'charges', (stripe, id) => stripe.charges.retrieve(id)],
  ['re_', 'refund', 'refunds', (stripe, id) => stripe.refunds.retrieve(id, { expand: ['charge'] })],
  ['pyr_', 'refund', 'refunds', (stripe, id) => stripe.refunds.retrieve(id, { expand: ['charge'] })],
  ['dp_', 'dispute', 'disputes', (stripe, id) => stripe.disputes.retrieve(id, { expand: ['charge'] })],
  ['du_', 'dispute', 'disputes', (stripe, id) => stripe.disputes.retrieve(id, { expand: ['charge'] })],
  [
    'issfr_',
    'fraud_warning',
    'radar',
    (stripe, id) => stripe.radar.earlyFraudWarnings.retrieve(id, { expand: ['charge'] }),
  ],
  ['pm_', 'payment_method', 'payment_methods', (stripe, id) => stripe.paymentMethods.retrieve(id)],
  ['prod_', 'product', 'products', (stripe, id) => stripe.products.retrieve(id)],
  ['price_', 'price', 'prices', (stripe, id) => stripe.prices.retrieve(id)],
  ['entitlements_', 'entitlements', 'entitlements', readEntitlements],
];

/** The object, and the charge that came along; `unreadable` when no call is known for it or the key may not ask. */
export async function readObject(
  calls: StripeCalls,
  id: string,
  signal: AbortSignal,
): Promise<{ kind: BillingObject['kind']; raw: RawObject }[] | 'gone' | 'unreadable'> {
  const reading = readings.find(([prefix]) => id.startsWith(prefix));
  if (reading === undefined) return 'unreadable';
  const [, kind, endpoint, read] = reading;
  try {
    const raw = await calls.call(endpoint, signal, (stripe) => read(stripe, id));
    if ('deleted' in raw && raw.deleted === true) return 'gone';
    // Stripe still shows a payment method that was detached; it is nobody's any more.
    if (kind === 'payment_method' && idOf(raw.customer) === null) return 'gone';
    const { charge } = raw;
    return isObject(charge)
      ? [
          { kind, raw },
          { kind: 'charge', raw: charge },
        ]
      : [{ kind, raw }];
  } catch (error) {
    // Only for what we were told of and now is not there; a customer who is missing means another account's key.
    if (error instanceof Stripe.errors.StripeInvalidRequestError && error.statusCode === 404) return 'gone';
    // A restricted key need not see everything: what it may not read stays as the events told it.
    if (error instanceof Stripe.errors.StripePermissionError) return 'unreadable';
    throw error;
  }
}

/**
 * Whose an object is that stood in for its customer: itself named, or named by its charge, or by the checkout session that its
 * payment belongs to. A guest's session owns what was paid through it.
 */
export async function ownerOf(calls: StripeCalls, raw: RawObject, signal: AbortSignal): Promise<string | null> {
  const charge = isObject(raw.charge) ? raw.charge : null;
  const named = idOf(raw.customer) ?? idOf(charge?.customer);
  if (named !== null) return named;
  const payment = raw.id?.startsWith('pi_') ? raw.id : (idOf(raw.payment_intent) ?? idOf(charge?.payment_intent));
  if (payment === null || raw.id?.startsWith('cs_')) return null;
  const sessions = await calls.call('checkout', signal, (stripe) =>
    stripe.checkout.sessions.list({ payment_intent: payment, limit: 1 }),
  );
  const [session] = sessions.data;
  return session ? (idOf(session.customer) ?? session.id) : null;
}

/** There is no such object at Stripe: only the list of a customer's entitlements, all pages of it. */
async function readEntitlements(stripe: Stripe, id: string): Promise<RawObject> {
  const customer = id.replace('entitlements_', '');
  const data = await stripe.entitlements.activeEntitlements
    .list({ customer, limit: 100 })
    .autoPagingToArray({ limit: 10_000 });
  return { id, customer, ...{ entitlements: { data } } };
}

function isObject(value: unknown): value is RawObject {
  return typeof value === 'object' && value !== null;
}

function idOf(named: unknown): string | null {
  if (typeof named === 'string') return named;
  return isObject(named) ? (named.id ?? null) : null;
}
