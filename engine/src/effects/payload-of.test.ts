import { describe, expect, test } from 'vitest';
import { noAccess } from '../billing/access.ts';
import {
  type BillingObject,
  type BillingState,
  emptyState,
  type Invoice,
  type Subscription,
} from '../billing/state.ts';
import { understand } from '../billing/stripe-shapes.ts';
import {
  aCheckoutSession,
  anInvoice,
  anUnpaidInvoice,
  aPlan,
  aPolicy,
  aSubscription,
  BOUGHT_AT,
  type StripeObject,
} from '../testing/index.ts';
import { confirmationOf, failureOf, planOf, priceOf, purchaseOf, refundOf } from './payload-of.ts';

const policy = aPolicy({ plans: [aPlan('team')] });
const at = new Date(BOUGHT_AT * 1_000);

function read<T extends BillingObject>(kind: T['kind'], raw: StripeObject): T {
  const understood = understand(kind, raw);
  if (!understood.ok) throw new Error(understood.reason);
  return understood.object as T;
}

function believing(...values: BillingObject[]): BillingState {
  const stamp = { occurredAt: at, rank: 0 };
  const held = values.map((value) => [value.id, { value, stamp, confidence: 'verified' as const, deleted: false }]);
  return { ...emptyState('cus_1'), objects: Object.fromEntries(held) };
}

const told = (...objects: BillingObject[]) => ({
  after: believing(...objects),
  accessAfter: noAccess,
  person: { subjectId: 'cus_1', email: 'ada@example.com', name: 'Ada', locale: null },
  policy,
  baseUrl: 'https://northwind.example',
});

const subscription = (change = {}) => read<Subscription>('subscription', aSubscription(change));
const checkout = (change = {}) => read('checkout', aCheckoutSession(change));
const invoice = (change = {}) => read<Invoice>('invoice', anInvoice(change));
const refund = (change = {}) =>
  read('refund', {
    id: 're_1',
    object: 'refund',
    amount: 4900,
    charge: 'ch_1',
    created: BOUGHT_AT,
    currency: 'usd',
    payment_intent: 'pi_1',
    status: 'succeeded',
    ...change,
  });

describe('what was bought', () => {
  test('an order says its plan and its sum; one of no plan is an order', () => {
    const order = { mode: 'payment', subscription: null, invoice: null };
    const bought = purchaseOf(told(checkout({ ...order, metadata: { onpaid_plan: 'team' } })), 'cs_test_1', at);
    expect(bought).toMatchObject({ plan: { key: 'team', name: 'Team' }, paid: { amountCents: 4900 }, paidAt: at });
    expect(purchaseOf(told(checkout(order)), 'cs_test_1', at).plan).toEqual({ key: 'order', name: 'Order' });
  });

  test('what cost nothing, or is not known, was not paid for', () => {
    expect(purchaseOf(told(subscription()), 'sub_1', at)).toMatchObject({ paid: null, invoiceUrl: null });
    expect(purchaseOf(told(), 'sub_1', at)).toMatchObject({ paid: null, plan: { key: 'order' } });
    const order = checkout({ mode: 'payment', amount_total: null });
    expect(purchaseOf(told(order), 'cs_test_1', at).paid).toBeNull();
  });

  test('of several invoices the first counts', () => {
    const second = invoice({ id: 'in_2', number: 'B', created: BOUGHT_AT + 60 });
    const first = invoice({ number: 'A', status_transitions: null });
    expect(purchaseOf(told(second, first, subscription()), 'sub_1', at)).toMatchObject({
      invoiceNumber: 'A',
      paidAt: at,
    });
  });
});

describe('what is owed', () => {
  test('leads to the account where Stripe has no page for it, and is of the plan that is held', () => {
    const owed = { ...read<Invoice>('invoice', anUnpaidInvoice({ hosted_invoice_url: null })), subscriptionId: null };
    expect(failureOf(told(owed, subscription()), owed, 1)).toMatchObject({
      plan: { key: 'team' },
      payUrl: 'https://northwind.example/account',
      failureCode: null,
    });
    expect(confirmationOf(told(owed), owed, 1)).toMatchObject({
      plan: null,
      confirmUrl: 'https://northwind.example/account',
    });
  });

  test('says why, as the payment of the invoice does, whichever of the two names the other', () => {
    const payment = (change = {}) =>
      read('payment', {
        id: 'pi_1',
        object: 'payment_intent',
        amount: 4900,
        created: BOUGHT_AT,
        currency: 'usd',
        last_payment_error: { code: 'card_declined', decline_code: 'insufficient_funds' },
        status: 'requires_payment_method',
        ...change,
      });
    const owed = read<Invoice>('invoice', anUnpaidInvoice({ payment_intent: 'pi_1' }));
    expect(failureOf(told(owed, payment()), owed, 1).failureCode).toBe('insufficient_funds');
    const bare = { ...owed, paymentIds: [] };
    expect(failureOf(told(bare, payment({ invoice: 'in_1' })), bare, 1).failureCode).toBe('insufficient_funds');
    expect(failureOf(told(bare, payment()), bare, 1).failureCode).toBeNull();
  });
});

describe('what went back', () => {
  const money = { amountCents: 4900, currency: 'usd', whole: true };

  test('names the invoice it was paid through, by its payment or by its charge', () => {
    const byPayment = invoice({ payment_intent: 'pi_1' });
    const byCharge = invoice({ charge: 'ch_1' });
    const expected = { plan: { key: 'team' }, invoiceNumber: 'A1B2C3D4-0001', isWhole: true };
    expect(refundOf(told(refund(), byPayment, subscription()), 're_1', money)).toMatchObject(expected);
    expect(refundOf(told(refund(), byCharge, subscription()), 're_1', money)).toMatchObject(expected);
    const { subscriptionId: _, ...rest } = byCharge;
    const ofNothing = { ...rest, subscriptionId: null };
    expect(refundOf(told(refund(), ofNothing), 're_1', money)).toMatchObject({ plan: null, isWhole: true });
  });

  test('names the plan of the order; what is of neither names none', () => {
    const order = checkout({ mode: 'payment', metadata: { onpaid_plan: 'team' }, payment_intent: 'pi_1' });
    expect(refundOf(told(refund(), order), 're_1', money)).toMatchObject({
      plan: { key: 'team' },
      invoiceNumber: null,
    });
    const bare = refund({ charge: null, payment_intent: null });
    expect(refundOf(told(bare, order, invoice()), 're_1', money)).toMatchObject({ plan: null, invoiceNumber: null });
    expect(refundOf(told(), 're_1', money)).toMatchObject({ plan: null });
  });
});

test('a subscription to what is no plan of ours is called by its price, and one without items by nothing', () => {
  expect(planOf(subscription({ lookupKey: 'other' }), policy)).toEqual({ key: 'other', name: 'other' });
  expect(planOf(subscription({ lookupKey: null, priceId: 'price_9' }), policy)).toEqual({
    key: 'price_9',
    name: 'price_9',
  });
  expect(planOf({ ...subscription(), items: [] }, policy)).toBeNull();
  expect(planOf(undefined, policy)).toBeNull();
});

test('what is priced by use has no fixed price', () => {
  expect(priceOf(subscription())).toEqual({ amountCents: 4900, currency: 'usd' });
  const metered = subscription();
  expect(priceOf({ ...metered, items: metered.items.map((item) => ({ ...item, unitAmount: null })) })).toBeNull();
  expect(priceOf({ ...metered, items: [] })).toBeNull();
});
