import { expect, test } from 'vitest';
import {
  aCheckoutSession,
  aCustomer,
  anInvoice,
  aPlan,
  aPolicy,
  aSubscription,
  BOUGHT_AT,
} from '../../testing/index.ts';
import { aLife, onDay } from '../../testing/life.ts';

const DAY = 86_400;
const policy = aPolicy({ plans: [aPlan('team')] });
const onTrial = (fields: Record<string, unknown> = {}) =>
  aSubscription({ status: 'trialing', trial_start: BOUGHT_AT, trial_end: BOUGHT_AT + 14 * DAY, ...fields });
const ofNothing = anInvoice({ amountCents: 0 });
const checkoutOfTrial = aCheckoutSession({ amount_total: 0, payment_status: 'no_payment_required' });

function onceOnTrial(fields: Record<string, unknown> = {}) {
  const life = aLife({ policy });
  const start = life.told(
    onDay(0),
    ['customer.created', aCustomer()],
    ['customer.subscription.created', onTrial(fields)],
    ['invoice.paid', ofNothing],
    ['checkout.session.completed', checkoutOfTrial],
  );
  return { life, start };
}

test('BS13: the invoice of nothing that opens a trial is no payment: nobody has paid yet, and the sale says no sum', () => {
  const { life, start } = onceOnTrial();
  expect(start).toMatchObject({
    billing: 'trialing',
    allow: true,
    says: ['sale:sub_1@chat', 'welcome:sub_1@email'],
  });
  expect(life.payloadOf('sale:sub_1@chat')).toMatchObject({ paid: null });
  expect(life.customer?.firstPaidAt).toBeNull();
});

test('BS13: a trial that turns into money is a first payment, and not a second purchase', () => {
  const { life } = onceOnTrial();
  const converted = life.told(
    onDay(14),
    ['customer.subscription.updated', aSubscription({ latest_invoice: 'in_2' }), { status: 'trialing' }],
    ['invoice.paid', anInvoice({ id: 'in_2', billing_reason: 'subscription_cycle', created: BOUGHT_AT + 14 * DAY })],
  );
  expect(converted).toMatchObject({ billing: 'active', why: 'active', says: [] });
  expect(life.customer?.firstPaidAt).not.toBeNull();
});

test('EF16: the end of a trial is told once, by the clock or by Stripe, however often the trial is extended', () => {
  const { life } = onceOnTrial();
  expect(life.passes(onDay(11)).says).toEqual(['trial_ending:sub_1@email']);
  expect(life.told(onDay(11, 5), ['customer.subscription.trial_will_end', onTrial()]).says).toEqual([]);
  const extended = onTrial({ trial_end: BOUGHT_AT + 28 * DAY });
  expect(life.told(onDay(12), ['customer.subscription.updated', extended]).says).toEqual([]);
  expect(life.passes(onDay(26)).says).toEqual([]);
  expect(life.payloadOf('trial_ending:sub_1@email')).toMatchObject({
    plan: { key: 'team' },
    trialEndsAt: onDay(14),
    firstCharge: { amountCents: 4900, currency: 'usd' },
  });
});

test('EF16: who has canceled is not warned of a charge that will not come', () => {
  const { life } = onceOnTrial();
  const canceled = onTrial({ cancel_at_period_end: true, cancel_at: BOUGHT_AT + 14 * DAY });
  life.told(onDay(5), ['customer.subscription.updated', canceled, { cancel_at_period_end: false, cancel_at: null }]);
  expect(life.passes(onDay(11)).says).toEqual([]);
});

test('AC6: a trial without a card goes on until its end; then it is paused, and gives nothing until there is a way to pay', () => {
  const { life, start } = onceOnTrial({ default_payment_method: null });
  expect(start).toMatchObject({ allow: true, why: 'trialing' });
  const paused = aSubscription({ status: 'paused', default_payment_method: null });
  expect(life.told(onDay(14), ['customer.subscription.paused', paused])).toMatchObject({
    billing: 'paused',
    allow: false,
    why: 'paused',
  });
  const resumed = life.told(
    onDay(20),
    ['payment_method.attached', { id: 'pm_1', object: 'payment_method', customer: 'cus_1', type: 'card', created: 1 }],
    ['invoice.paid', anInvoice({ id: 'in_2' })],
    ['customer.subscription.resumed', aSubscription({ latest_invoice: 'in_2' })],
  );
  expect(resumed).toMatchObject({ billing: 'active', allow: true, says: [] });
});

test('AC6: a trial that ends without a card, where Stripe was told to cancel, has ended', () => {
  const { life } = onceOnTrial({ default_payment_method: null });
  const ended = aSubscription({ status: 'canceled', ended_at: BOUGHT_AT + 14 * DAY });
  expect(life.told(onDay(14), ['customer.subscription.deleted', ended])).toMatchObject({
    billing: 'canceled',
    allow: false,
    why: 'ended',
    says: ['access_ended:sub_1:1@chat', 'access_ended:sub_1:1@email'],
  });
});
