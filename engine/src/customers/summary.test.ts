import { expect, test } from 'vitest';
import { access } from '../billing/access.ts';
import { type BillingObject, type BillingState, emptyState } from '../billing/state.ts';
import { understand } from '../billing/stripe-shapes.ts';
import {
  aCheckoutSession,
  aCustomer,
  anInvoice,
  anUnpaidInvoice,
  aPolicy,
  aSubscription,
  BOUGHT_AT,
  RENEWS_AT,
} from '../testing/index.ts';
import { customerIdOf, displayName, identify, normaliseEmail } from './identity.ts';
import { summarise } from './summary.ts';

const now = new Date(BOUGHT_AT * 1_000 + 3_600_000);
const policy = aPolicy();

function believing(...objects: [BillingObject['kind'], object, Partial<BillingObject>?][]): BillingState {
  const values = objects.map(([kind, raw, known]) => {
    const read = understand(kind, raw);
    if (!read.ok) throw new Error(read.reason);
    return { ...read.object, ...known } as BillingObject;
  });
  const stamp = { occurredAt: now, rank: 0 };
  const held = values.map((value) => [value.id, { value, stamp, confidence: 'verified', deleted: false }] as const);
  return { ...emptyState('cus_1'), objects: Object.fromEntries(held) };
}

const told = (...objects: Parameters<typeof believing>) => {
  const state = believing(...objects);
  return summarise(state, access(state, policy, now), policy);
};
const failed = { failedAttempt: 1 };

test.each<[string, Parameters<typeof believing>, string]>([
  ['nothing', [['customer', aCustomer()]], 'pending_payment'],
  ['a first payment not made', [['subscription', aSubscription({ status: 'incomplete' })]], 'pending_payment'],
  [
    'a first payment that failed',
    [
      ['subscription', aSubscription({ status: 'incomplete' })],
      ['invoice', anUnpaidInvoice(), failed],
    ],
    'failed',
  ],
  ['a first payment never made', [['subscription', aSubscription({ status: 'incomplete_expired' })]], 'failed'],
  ['active', [['subscription', aSubscription()]], 'active'],
  ['a trial', [['subscription', aSubscription({ status: 'trialing' })]], 'trialing'],
  ['canceling', [['subscription', aSubscription({ cancel_at_period_end: true })]], 'canceling'],
  ['canceled', [['subscription', aSubscription({ status: 'canceled' })]], 'canceled'],
  ['unpaid', [['subscription', aSubscription({ status: 'unpaid' })]], 'failed'],
  ['paused', [['subscription', aSubscription({ pause_collection: {} })]], 'paused'],
  [
    'a bank debit',
    [
      ['subscription', aSubscription()],
      ['checkout', aCheckoutSession({ payment_status: 'unpaid' })],
    ],
    'processing',
  ],
  [
    'past due beside one that is fine',
    [
      ['subscription', aSubscription()],
      ['subscription', aSubscription({ id: 'sub_2', status: 'past_due' })],
    ],
    'past_due',
  ],
])('%s is one word', (_, objects, word) => {
  expect(told(...objects).billing).toBe(word);
});

test('the row says what is paid, for whom, and when it renews', () => {
  expect(told(['customer', aCustomer()], ['subscription', aSubscription()], ['invoice', anInvoice()])).toEqual({
    stripeCustomerId: 'cus_1',
    email: 'ada@example.com',
    name: 'Ada Lovelace',
    locale: 'en',
    billing: 'active',
    plan: null,
    amountCents: 4900,
    currency: 'usd',
    renewsAt: new Date(RENEWS_AT * 1_000),
    firstPaidAt: new Date(BOUGHT_AT * 1_000),
  });
});

test('what is canceled, or will be, does not renew', () => {
  expect(told(['subscription', aSubscription({ status: 'canceled' })]).renewsAt).toBeNull();
  expect(told(['subscription', aSubscription({ cancel_at: RENEWS_AT })]).renewsAt).toBeNull();
});

test('a buyer is known by the customer object before the checkout, and by the checkout before an invoice', () => {
  const customer = ['customer', aCustomer({ email: 'customer@example.com' })] as const;
  const checkout = ['checkout', aCheckoutSession()] as const;
  const invoice = ['invoice', anInvoice({ customer_email: 'invoice@example.com' })] as const;
  expect(identify(believing([...invoice], [...checkout], [...customer])).email).toBe('customer@example.com');
  expect(identify(believing([...invoice], [...checkout])).email).toBe('ada@example.com');
  expect(identify(believing([...invoice])).email).toBe('invoice@example.com');
});

test('CR9: what another customer of theirs at Stripe says never redirects the mail of a buyer', () => {
  const own = ['customer', aCustomer({ email: 'own@example.com', name: null, created: BOUGHT_AT + 9 })] as const;
  const other = ['customer', aCustomer({ id: 'cus_0', email: 'other@example.com', name: 'Other' })] as const;
  const newest = ['customer', aCustomer({ id: 'cus_2', email: 'newest@example.com', created: BOUGHT_AT + 5 })] as const;
  // What their own leaves open is filled in, the oldest first.
  expect(identify(believing([...newest], [...other], [...own]))).toMatchObject({
    stripeCustomerId: 'cus_1',
    email: 'own@example.com',
    name: 'Other',
  });
  expect(identify(believing([...newest], [...other])).email).toBe('other@example.com');
});

test('CR9: a guest whom others were merged into keeps the address they paid with', () => {
  const state = believing(['customer', aCustomer({ email: 'customer@example.com' })], ['checkout', aCheckoutSession()]);
  expect(identify({ ...state, subjectId: 'cs_test_1' })).toMatchObject({
    stripeCustomerId: 'cus_1',
    email: 'ada@example.com',
  });
});

test('addresses are compared without case and space, and nothing else', () => {
  expect(normaliseEmail('  Ada.B+x@Example.COM ')).toBe('ada.b+x@example.com');
});

test('a person is called by name, else by address', () => {
  expect(displayName({ name: ' Ada ', email: 'ada@example.com' })).toBe('Ada');
  expect(displayName({ name: null, email: 'ada@example.com' })).toBe('ada@example.com');
  expect(displayName({ name: '', email: null })).toBe('Unknown customer');
});

test('a subject always gives the same customer', () => {
  expect(customerIdOf('cus_1')).toBe(customerIdOf('cus_1'));
  expect(customerIdOf('cus_1')).not.toBe(customerIdOf('cus_2'));
  expect(customerIdOf('cus_1')).toMatch(/^cust_[A-Za-z0-9]{20}$/);
});
