import { describe, expect, test } from 'vitest';
import {
  aCheckoutSession,
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
const welcomed = ['sale:sub_1@chat', 'welcome:sub_1@email'];
const declined = anUnpaidInvoice({ billing_reason: 'subscription_create', next_payment_attempt: null });

describe('a first payment by card', () => {
  const begun = () => {
    const life = aLife({ policy });
    const step = life.told(
      onDay(0),
      ['customer.created', aCustomer()],
      ['customer.subscription.created', aSubscription({ status: 'incomplete' })],
      ['invoice.finalized', anUnpaidInvoice({ billing_reason: 'subscription_create', attempt_count: 0 })],
    );
    return { life, step };
  };

  test('AC6: gives nothing until it has come, whichever of its events comes first', () => {
    const { life, step } = begun();
    expect(step).toMatchObject({ billing: 'pending_payment', allow: false, why: 'payment_pending', says: [] });
    expect(life.told(onDay(0, 2), ['invoice.paid', anInvoice()])).toMatchObject({ allow: false, says: [] });
    const active = life.told(onDay(0, 2), ['customer.subscription.updated', aSubscription()]);
    expect(active).toMatchObject({ billing: 'active', allow: true, says: welcomed });
    const late = life.told(onDay(0, 2), ['customer.subscription.created', aSubscription({ status: 'incomplete' })]);
    expect(late).toMatchObject({ billing: 'active', allow: true, says: [] });
  });

  test('AC6: one that is declined has failed, and one never made leaves nothing behind', () => {
    const { life } = begun();
    const failed = life.told(onDay(0, 2), ['invoice.payment_failed', declined]);
    expect(failed).toMatchObject({ billing: 'failed', allow: false, why: 'payment_pending' });
    const expired = life.told(
      onDay(0, 82_800),
      ['customer.subscription.updated', aSubscription({ status: 'incomplete_expired' })],
      ['invoice.voided', anInvoice({ status: 'void', amount_paid: 0 })],
    );
    expect(expired).toMatchObject({ billing: 'failed', allow: false, why: 'never_paid', says: [] });
  });
});

describe('a subscription by bank debit', () => {
  const paidLate = anInvoice({
    status_transitions: {
      finalized_at: BOUGHT_AT,
      marked_uncollectible_at: null,
      paid_at: BOUGHT_AT + 4 * 86_400,
      voided_at: null,
    },
  });
  const begun = (accessWhileProcessing = false) => {
    const life = aLife({ policy: { ...policy, accessWhileProcessing } });
    const step = life.told(
      onDay(0),
      ['customer.created', aCustomer()],
      ['customer.subscription.created', aSubscription()],
      ['invoice.finalized', anUnpaidInvoice({ billing_reason: 'subscription_create', attempt_count: 0 })],
      ['payment_intent.processing', aPaymentIntent({ status: 'processing', amount_received: 0 })],
      ['checkout.session.completed', aCheckoutSession({ payment_status: 'unpaid' })],
    );
    return { life, step };
  };
  const arrives = (life: ReturnType<typeof aLife>) =>
    life.told(
      onDay(4),
      ['checkout.session.async_payment_succeeded', aCheckoutSession()],
      ['invoice.paid', paidLate],
      ['payment_intent.succeeded', aPaymentIntent()],
    );
  const fails = (life: ReturnType<typeof aLife>) =>
    life.told(
      onDay(4),
      ['checkout.session.async_payment_failed', aCheckoutSession({ payment_status: 'unpaid' })],
      ['invoice.payment_failed', declined],
    );

  test.each([false, true])('AC7: is on its way for days, with access as the policy says: %s', (policySays) => {
    const { life, step } = begun(policySays);
    expect(step).toMatchObject({ billing: 'processing', why: 'payment_processing', allow: policySays, says: [] });
    expect(life.passes(onDay(3))).toMatchObject({ billing: 'processing', allow: policySays });
    expect(arrives(life)).toMatchObject({ billing: 'active', why: 'active', allow: true, says: welcomed });
  });

  test('EF19: whose money came is welcomed then, though the event of the checkout never arrives', () => {
    const { life } = begun();
    expect(life.told(onDay(4), ['invoice.paid', paidLate])).toMatchObject({ allow: true, says: welcomed });
  });

  test('AC7: that comes to nothing gives no access, whatever the subscription still says, nor any grace', () => {
    const { life } = begun();
    const failed = fails(life);
    expect(failed).toMatchObject({ billing: 'failed', allow: false, why: 'payment_failed' });
    expect(failed.says).toContain('payment_failed:in_1:1@email');
    const pastDue = life.told(onDay(4, 5), ['customer.subscription.updated', aSubscription({ status: 'past_due' })]);
    expect(pastDue).toMatchObject({ allow: false, why: 'payment_failed' });
    const paid = life.told(
      onDay(6),
      ['invoice.paid', paidLate],
      ['customer.subscription.updated', aSubscription(), { status: 'past_due' }],
    );
    expect(paid).toMatchObject({ billing: 'active', allow: true });
  });

  test('AC7: whose failure is told by the subscription alone has failed as well', () => {
    const { life } = begun();
    const pastDue = life.told(onDay(4), ['customer.subscription.updated', aSubscription({ status: 'past_due' })]);
    expect(pastDue).toMatchObject({ allow: false, why: 'payment_failed' });
  });
});

describe('what the bank wants confirmed', () => {
  const renewal = anUnpaidInvoice({ id: 'in_2' });
  const subscriber = (key = false) => {
    const life = aLife({ policy, key });
    life.told(
      onDay(0),
      ['customer.created', aCustomer()],
      ['invoice.paid', anInvoice()],
      ['customer.subscription.created', aSubscription()],
    );
    return life;
  };
  const asked = ['payment_action_required:in_2:1@chat', 'payment_action_required:in_2:1@email'];
  const pastDue = aSubscription({ status: 'past_due', latest_invoice: 'in_2' });
  const found: Parameters<ReturnType<typeof aLife>['read']>[1][] = [
    ['customer', aCustomer()],
    ['subscription', pastDue],
    ['invoice', anUnpaidInvoice({ id: 'in_2', payment_intent: 'pi_2' })],
    ['payment', aPaymentIntent({ id: 'pi_2', status: 'requires_action', latest_charge: null })],
  ];

  test.each([
    ['the failure first', ['invoice.payment_failed', 'invoice.payment_action_required']],
    ['the request first', ['invoice.payment_action_required', 'invoice.payment_failed']],
  ])('EF15: has a message of its own and no failure mail, told with %s', (_, types) => {
    const life = subscriber(true);
    types.forEach((type, second) => {
      life.told(onDay(30, second), [type, renewal]);
    });
    const step = life.told(onDay(30, 3), ['customer.subscription.updated', pastDue, { status: 'active' }]);
    expect(step).toMatchObject({ billing: 'payment_action_required', allow: true, says: [] });
    expect(life.read(onDay(30, 5), ...found).says).toEqual(asked);
    expect(life.payloadOf('payment_action_required:in_2:1@email')).toMatchObject({
      confirmUrl: renewal.hosted_invoice_url,
      due: { amountCents: 4900, currency: 'usd' },
    });
  });

  test('EF15: is found by a read alone, and takes the place of a failure told without it', () => {
    const life = subscriber(true);
    const failed = life.told(onDay(30), ['invoice.payment_failed', renewal]);
    expect(failed.holds).toContain('payment_failed:in_2:1@email');
    const read = life.read(onDay(30, 5), ...found);
    expect(read).toMatchObject({ billing: 'payment_action_required', says: asked, holds: [] });
  });

  test('EF15: once confirmed, is over without another word', () => {
    const life = subscriber();
    life.told(onDay(30), ['invoice.payment_action_required', renewal], ['customer.subscription.updated', pastDue]);
    const confirmed = life.told(
      onDay(31),
      ['invoice.paid', anInvoice({ id: 'in_2' })],
      ['customer.subscription.updated', aSubscription({ latest_invoice: 'in_2' })],
    );
    expect(confirmed).toMatchObject({ billing: 'active', allow: true, says: [] });
  });

  test('AC6: a first payment that waits for it gives no access yet, and expires like any other', () => {
    const life = aLife({ policy });
    const first = anUnpaidInvoice({ billing_reason: 'subscription_create' });
    const step = life.told(
      onDay(0),
      ['customer.created', aCustomer()],
      ['customer.subscription.created', aSubscription({ status: 'incomplete' })],
      ['invoice.payment_action_required', first],
      ['invoice.payment_failed', first],
    );
    expect(step).toMatchObject({ billing: 'payment_action_required', allow: false, why: 'payment_pending' });
    expect(step.says).toEqual(['payment_action_required:in_1:1@chat', 'payment_action_required:in_1:1@email']);
    const expired = life.told(
      onDay(1),
      ['customer.subscription.updated', aSubscription({ status: 'incomplete_expired' })],
      ['invoice.voided', anInvoice({ status: 'void', amount_paid: 0 })],
    );
    expect(expired).toMatchObject({ billing: 'failed', allow: false, why: 'never_paid', says: [] });
  });
});
