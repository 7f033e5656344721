import { expect, test } from 'vitest';
import { aCheckoutSession, anInvoice, aSubscription, type StripeObject } from '../testing/index.ts';
import { aRefund } from '../testing/payment-objects.ts';
import { moneyBackOfOrder, periodPayment } from './money-back.ts';
import { type BillingObject, type BillingState, type Checkout, emptyState, type Subscription } from './state.ts';
import { understand } from './stripe-shapes.ts';

function read<K extends BillingObject['kind']>(kind: K, raw: StripeObject): Extract<BillingObject, { kind: K }> {
  const understood = understand(kind, raw);
  if (!understood.ok) throw new Error(understood.reason);
  return understood.object as Extract<BillingObject, { kind: K }>;
}

function believing(...objects: BillingObject[]): BillingState {
  const stamp = { occurredAt: new Date(0), rank: 0 };
  const held = objects.map((value) => [value.id, { value, stamp, confidence: 'verified' as const, deleted: false }]);
  return { ...emptyState('cus_1'), objects: Object.fromEntries(held) };
}

test('AC9: an order whose session tells no sum is paid back whole when its invoice is', () => {
  const session = { mode: 'payment', subscription: null, payment_intent: 'pi_1', invoice: 'in_1' };
  const order: Checkout = { ...read('checkout', aCheckoutSession(session)), amountTotalCents: null };
  const invoice = read('invoice', anInvoice({ id: 'in_1', amount_paid: 4900 }));
  const refund = (amount: number) => read('refund', aRefund({ amountCents: amount, payment_intent: 'pi_1' }));
  expect(moneyBackOfOrder(believing(order, invoice, refund(4900)), order).isWhole).toBe(true);
  expect(moneyBackOfOrder(believing(order, invoice, refund(4800)), order).isWhole).toBe(false);
  // Nobody knows what was paid, so nobody can say that all of it went back.
  expect(moneyBackOfOrder(believing(order, refund(4900)), order).isWhole).toBe(false);
});

test('AC9: where a period has no beginning that we were told, a change is not what pays for it', () => {
  const [item] = read('subscription', aSubscription()).items;
  if (item === undefined) throw new Error('A subscription has items.');
  const subscription: Subscription = {
    ...read('subscription', aSubscription()),
    items: [{ ...item, currentPeriodStart: null }],
  };
  const first = read('invoice', anInvoice({ id: 'in_1', billing_reason: 'subscription_create' }));
  const change = { ...read('invoice', anInvoice({ id: 'in_2', billing_reason: 'subscription_update' })) };
  const later = { ...change, createdAt: new Date(first.createdAt.getTime() + 1_000) };
  expect(periodPayment(believing(subscription, first, later), subscription)?.id).toBe('in_1');
});
