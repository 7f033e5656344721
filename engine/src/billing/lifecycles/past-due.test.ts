import { expect, test } from 'vitest';
import {
  aCustomer,
  anInvoice,
  anUnpaidInvoice,
  aPlan,
  aPolicy,
  aSubscription,
  BOUGHT_AT,
} from '../../testing/index.ts';
import { aLife, onDay } from '../../testing/life.ts';
import { aPaymentIntent } from '../../testing/payment-objects.ts';

const policy = aPolicy({ plans: [aPlan('team')] });
const second = (day: number) => BOUGHT_AT + day * 86_400;

function aSubscriber() {
  const life = aLife({ policy });
  life.told(
    onDay(0),
    ['customer.created', aCustomer()],
    ['invoice.paid', anInvoice()],
    ['customer.subscription.created', aSubscription()],
  );
  return life;
}

const pastDue = aSubscription({ status: 'past_due', latest_invoice: 'in_2' });
const failed = (attempt: number) =>
  anUnpaidInvoice({ id: 'in_2', attempt_count: attempt, payment_intent: 'pi_2', next_payment_attempt: second(33) });

function aSubscriberWhoseRenewalFailed() {
  const life = aSubscriber();
  const step = life.told(
    onDay(30),
    [
      'payment_intent.payment_failed',
      aPaymentIntent({
        id: 'pi_2',
        status: 'requires_payment_method',
        last_payment_error: { code: 'card_declined', decline_code: 'insufficient_funds', type: 'card_error' },
      }),
    ],
    ['invoice.payment_failed', failed(1)],
    ['customer.subscription.updated', pastDue, { status: 'active' }],
  );
  return { life, step };
}

test('AC3: a renewal that fails is past due with access until the grace ends, and says the date and the bank’s reason', () => {
  const { life, step } = aSubscriberWhoseRenewalFailed();
  expect(step).toMatchObject({ billing: 'past_due', allow: true, why: 'past_due' });
  expect(life.access).toMatchObject({ reason: { graceEndsAt: onDay(37).toISOString() }, until: onDay(37) });
  expect(life.payloadOf('payment_failed:in_2:1@email')).toMatchObject({
    graceEndsAt: onDay(37),
    failureCode: 'insufficient_funds',
    nextAttemptAt: onDay(33),
    payUrl: expect.stringContaining('https://invoice.stripe.com/'),
  });
});

test('EF17: each attempt that fails is told by mail, the ticket once; and grace is counted from the first', () => {
  const { life, step } = aSubscriberWhoseRenewalFailed();
  expect(step.says).toEqual([
    'payment_failed:in_2:1@email',
    'payment_failed:in_2@chat',
    'payment_failed:in_2@helpdesk',
  ]);
  const again = life.told(
    onDay(33),
    ['invoice.payment_failed', failed(2)],
    ['customer.subscription.updated', { ...pastDue, metadata: { retried: 'yes' } }],
  );
  expect(again.says).toEqual(['payment_failed:in_2:2@email']);
  expect(life.access.until).toEqual(onDay(37));
});

test('EF17: paid within the grace, all is well again and the ticket hears of it', () => {
  const { life } = aSubscriberWhoseRenewalFailed();
  const recovered = life.told(
    onDay(34),
    ['invoice.paid', anInvoice({ id: 'in_2', attempt_count: 2 })],
    ['customer.subscription.updated', aSubscription({ latest_invoice: 'in_2' }), { status: 'past_due' }],
  );
  expect(recovered).toMatchObject({ billing: 'active', allow: true, says: ['payment_recovered:in_2@helpdesk'] });
  expect(life.access.until).toBeNull();
});

test('AC3: when the grace is over access ends, is said once, and comes back with the payment', () => {
  const { life } = aSubscriberWhoseRenewalFailed();
  const over = life.passes(onDay(37));
  expect(over).toMatchObject({
    billing: 'past_due',
    allow: false,
    why: 'grace_over',
    says: ['access_ended:sub_1:1@chat', 'access_ended:sub_1:1@email'],
  });
  const paid = life.told(
    onDay(40),
    ['invoice.paid', anInvoice({ id: 'in_2', attempt_count: 3 })],
    ['customer.subscription.updated', aSubscription({ latest_invoice: 'in_2' }), { status: 'past_due' }],
  );
  expect(paid).toMatchObject({ billing: 'active', allow: true });
});

test('AC3: a second spell has a grace of its own', () => {
  const { life } = aSubscriberWhoseRenewalFailed();
  life.told(
    onDay(34),
    ['invoice.paid', anInvoice({ id: 'in_2', attempt_count: 2 })],
    ['customer.subscription.updated', aSubscription({ latest_invoice: 'in_2' }), { status: 'past_due' }],
  );
  life.told(
    onDay(60),
    ['invoice.payment_failed', anUnpaidInvoice({ id: 'in_3' })],
    ['customer.subscription.updated', aSubscription({ status: 'past_due', latest_invoice: 'in_3' })],
  );
  expect(life.access.until).toEqual(onDay(67));
});

test.each([
  ['unpaid', 'customer.subscription.updated', 'failed', 'unpaid'],
  ['canceled', 'customer.subscription.deleted', 'canceled', 'ended'],
] as const)('AC3: where dunning ends in %s, access ends with it', (status, type, billing, why) => {
  const { life } = aSubscriberWhoseRenewalFailed();
  const over = aSubscription({
    status,
    latest_invoice: 'in_2',
    ...(status === 'canceled' && { ended_at: second(35) }),
  });
  const step = life.told(onDay(35), ['invoice.payment_failed', failed(4)], [type, over, { status: 'past_due' }]);
  expect(step).toMatchObject({ billing, allow: false, why });
  expect(step.says).toContain('access_ended:sub_1:1@email');
  const late = life.told(onDay(34), ['customer.subscription.updated', pastDue]);
  expect(late).toMatchObject({ billing, allow: false, says: [] });
});

test('AC3: a trial that turns into a payment that fails has its grace like any renewal', () => {
  const life = aLife({ policy });
  life.told(
    onDay(0),
    ['customer.created', aCustomer()],
    ['customer.subscription.created', aSubscription({ status: 'trialing', trial_end: second(14) })],
    ['invoice.paid', anInvoice({ amountCents: 0 })],
  );
  const step = life.told(
    onDay(14),
    ['invoice.payment_failed', anUnpaidInvoice({ id: 'in_2' })],
    ['customer.subscription.updated', aSubscription({ status: 'past_due', latest_invoice: 'in_2' })],
  );
  expect(step).toMatchObject({ billing: 'past_due', allow: true, why: 'past_due' });
});
