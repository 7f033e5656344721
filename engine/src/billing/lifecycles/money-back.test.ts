import { describe, expect, test } from 'vitest';
import type { Policy } from '../../config.ts';
import {
  aCheckoutSession,
  aCustomer,
  anInvoice,
  aPlan,
  aPolicy,
  aSubscription,
  BOUGHT_AT,
  RENEWS_AT,
} from '../../testing/index.ts';
import { aLife, onDay } from '../../testing/life.ts';
import { aCharge, aDispute, anEarlyFraudWarning, aPaymentIntent, aRefund } from '../../testing/payment-objects.ts';

const second = (day: number) => BOUGHT_AT + day * 86_400;
/** As older versions name them on the invoice, and reads among its payments. */
const paidBy = (number: number) => ({ payment_intent: `pi_${number}`, charge: `ch_${number}` });

function aSubscriber(change: Partial<Policy> = {}, { key = false } = {}) {
  const life = aLife({ policy: aPolicy({ plans: [aPlan('team')], ...change }), key });
  life.told(
    onDay(0),
    ['customer.created', aCustomer()],
    ['customer.subscription.created', aSubscription()],
    ['invoice.paid', anInvoice(paidBy(1))],
    ['payment_intent.succeeded', aPaymentIntent()],
  );
  return life;
}

function aBuyer(change: Partial<Policy> = {}) {
  const life = aLife({ policy: aPolicy({ plans: [aPlan('team')], ...change }) });
  const order = { mode: 'payment', subscription: null, invoice: null, payment_intent: 'pi_1' };
  life.told(
    onDay(0),
    ['customer.created', aCustomer()],
    ['checkout.session.completed', aCheckoutSession({ ...order, metadata: { onpaid_plan: 'team' } })],
    ['payment_intent.succeeded', aPaymentIntent()],
  );
  return life;
}

const toldOfRefund = (amountCents: number, fields: Record<string, unknown> = {}) =>
  [
    ['charge.refunded', aCharge({ refundedCents: amountCents })],
    ['refund.created', aRefund({ amountCents, ...fields })],
  ] as [string, ReturnType<typeof aRefund>][];

describe('a refund', () => {
  test.each([
    ['a subscription', aSubscriber, 'access_ended:sub_1:1'],
    ['an order', aBuyer, 'access_ended:cs_test_1:1'],
  ])('AC9: the whole price of %s given back ends its access, and says so', (_, buy, ended) => {
    const life = buy();
    const step = life.told(onDay(1), ...toldOfRefund(4900));
    expect(step).toMatchObject({
      billing: 'refunded',
      allow: false,
      why: 'refunded',
      says: [`${ended}@chat`, `${ended}@email`, 'refunded:re_1@chat', 'refunded:re_1@email'].sort(),
    });
    expect(life.payloadOf('refunded:re_1@email')).toMatchObject({ isWhole: true, plan: { key: 'team' } });
  });

  test.each([aSubscriber, aBuyer])('AC9: a part given back takes nothing away', (buy) => {
    const life = buy();
    const step = life.told(onDay(1), ...toldOfRefund(1000));
    expect(step).toMatchObject({ billing: 'active', allow: true, says: ['refunded:re_1@chat', 'refunded:re_1@email'] });
    expect(life.payloadOf('refunded:re_1@email')).toMatchObject({
      refunded: { amountCents: 1000, currency: 'usd' },
      isWhole: false,
    });
  });

  test('AC9: parts that make up the whole are the whole', () => {
    const life = aSubscriber();
    life.told(onDay(1), ...toldOfRefund(1000));
    const step = life.told(
      onDay(2),
      ['charge.refunded', aCharge({ refundedCents: 4900 })],
      ['refund.created', aRefund({ id: 're_2', amountCents: 3900 })],
    );
    expect(step).toMatchObject({ allow: false, why: 'refunded' });
    expect(step.says).toContain('refunded:re_2@email');
  });

  test('AC9: a proration given back takes nothing away', () => {
    const life = aSubscriber();
    life.told(
      onDay(10),
      ['customer.subscription.updated', aSubscription({ unitAmount: 9900, latest_invoice: 'in_2' })],
      [
        'invoice.paid',
        anInvoice({
          id: 'in_2',
          amountCents: 3300,
          billing_reason: 'subscription_update',
          created: second(10),
          ...paidBy(2),
        }),
      ],
    );
    const back = { charge: 'ch_2', payment_intent: 'pi_2', amountCents: 3300, created: second(11) };
    const step = life.told(onDay(11), ['refund.created', aRefund(back)]);
    expect(step).toMatchObject({ allow: true, billing: 'active', why: 'active' });
  });

  test('AC9: a change that began a new period, as from month to year, is what the present rests on', () => {
    const life = aSubscriber();
    const items = aSubscription().items as { data: object[] };
    const yearly = [{ ...items.data[0], current_period_start: second(10), current_period_end: second(375) }];
    life.told(
      onDay(10),
      ['customer.subscription.updated', aSubscription({ items: { ...items, data: yearly }, latest_invoice: 'in_2' })],
      [
        'invoice.paid',
        anInvoice({
          id: 'in_2',
          amountCents: 45_000,
          billing_reason: 'subscription_update',
          created: second(10),
          ...paidBy(2),
        }),
      ],
    );
    const first = life.told(onDay(11), ...toldOfRefund(4900));
    expect(first).toMatchObject({ allow: true, why: 'active' });
    const back = { id: 're_2', charge: 'ch_2', payment_intent: 'pi_2', amountCents: 45_000 };
    expect(life.told(onDay(12), ['refund.created', aRefund(back)])).toMatchObject({ allow: false, why: 'refunded' });
  });

  test('AC9: of a period that is over, it takes nothing of the present one', () => {
    const life = aSubscriber();
    life.told(
      onDay(30),
      [
        'invoice.paid',
        anInvoice({ id: 'in_2', billing_reason: 'subscription_cycle', created: RENEWS_AT, ...paidBy(2) }),
      ],
      ['customer.subscription.updated', aSubscription({ latest_invoice: 'in_2' })],
    );
    expect(life.told(onDay(31), ...toldOfRefund(4900))).toMatchObject({ allow: true, why: 'active' });
  });

  test('AC9: one that has not gone through is not told yet, and one that failed never was', () => {
    const life = aBuyer();
    const pending = life.told(onDay(1), ['refund.created', aRefund({ status: 'pending' })]);
    expect(pending).toMatchObject({ allow: true, says: [] });
    expect(life.told(onDay(2), ['refund.failed', aRefund({ status: 'failed' })])).toMatchObject({
      allow: true,
      says: [],
    });
    const other = aBuyer();
    other.told(onDay(1), ['refund.created', aRefund({ status: 'pending' })]);
    expect(other.told(onDay(3), ['refund.updated', aRefund()]).says).toContain('refunded:re_1@email');
  });

  test('AC9: by policy, access outlasts it', () => {
    const life = aSubscriber({ accessAfterRefund: true });
    expect(life.told(onDay(1), ...toldOfRefund(4900))).toMatchObject({ allow: true, why: 'active' });
  });

  test('BS8: with a key, access ends once Stripe was read', () => {
    const life = aSubscriber({}, { key: true });
    const told = life.told(onDay(1), ...toldOfRefund(4900));
    expect(told).toMatchObject({ allow: true, says: [] });
    const read = life.read(
      onDay(1, 5),
      ['customer', aCustomer()],
      ['subscription', aSubscription()],
      ['charge', aCharge({ refundedCents: 4900 })],
      ['refund', aRefund()],
    );
    expect(read).toMatchObject({ allow: false, why: 'refunded' });
    expect(read.says).toContain('access_ended:sub_1:1@email');
  });
});

describe('a dispute', () => {
  const opened = (life: ReturnType<typeof aLife>) => life.told(onDay(1), ['charge.dispute.created', aDispute()]);
  const closed = (life: ReturnType<typeof aLife>, status: string) =>
    life.told(onDay(40), ['charge.dispute.closed', aDispute({ status })]);

  test('AC10: while it is open, access goes on, and those who can answer are told by when', () => {
    const life = aSubscriber();
    expect(opened(life)).toMatchObject({
      billing: 'disputed',
      allow: true,
      why: 'active',
      says: ['dispute_opened:dp_1@chat', 'dispute_opened:dp_1@helpdesk'],
    });
    expect(life.payloadOf('dispute_opened:dp_1@helpdesk')).toMatchObject({ respondBy: onDay(8), hasAccess: true });
  });

  test('AC10: by policy access waits for its end, and comes back when it is won', () => {
    const life = aSubscriber({ accessWhileDisputed: false });
    expect(opened(life)).toMatchObject({ allow: false, why: 'disputed' });
    const won = closed(life, 'won');
    expect(won).toMatchObject({ billing: 'active', allow: true, why: 'active' });
    expect(won.says).toEqual(['dispute_closed:dp_1@chat', 'dispute_closed:dp_1@helpdesk']);
  });

  test('AC10: lost, it ends the access that rests on the payment and says so, unless the policy gives it all the same', () => {
    const life = aBuyer();
    opened(life);
    const lost = closed(life, 'lost');
    expect(lost).toMatchObject({ billing: 'disputed', allow: false, why: 'dispute_lost' });
    expect(lost.says).toContain('access_ended:cs_test_1:1@email');
    const kind = aBuyer({ accessAfterLostDispute: true });
    opened(kind);
    expect(closed(kind, 'lost')).toMatchObject({ allow: true, why: 'lifetime' });
  });

  test('AC10: an inquiry moves no money and changes nothing; if it becomes a dispute, it opens then', () => {
    const life = aSubscriber({ accessWhileDisputed: false });
    const inquiry = aDispute({ status: 'warning_needs_response' });
    expect(life.told(onDay(1), ['charge.dispute.created', inquiry])).toMatchObject({ allow: true, says: [] });
    const escalated = life.told(onDay(5), ['charge.dispute.updated', aDispute()]);
    expect(escalated).toMatchObject({ allow: false, why: 'disputed' });
    expect(escalated.says).toContain('dispute_opened:dp_1@helpdesk');
    const other = aSubscriber();
    other.told(onDay(1), ['charge.dispute.created', inquiry]);
    const settled = other.told(onDay(9), ['charge.dispute.closed', aDispute({ status: 'warning_closed' })]);
    expect(settled).toMatchObject({ billing: 'active', allow: true, says: [] });
  });
});

describe('an early fraud warning', () => {
  test('EF18: alerts those who can refund before it becomes a dispute, and takes nothing away', () => {
    const life = aSubscriber();
    const step = life.told(onDay(1), ['radar.early_fraud_warning.created', anEarlyFraudWarning()]);
    expect(step).toMatchObject({ billing: 'active', allow: true, says: ['fraud_warning:issfr_1@chat'] });
    const update = anEarlyFraudWarning({ actionable: false });
    expect(life.told(onDay(2), ['radar.early_fraud_warning.updated', update]).says).toEqual([]);
  });

  test('EF18: one that nothing can be done about any more alerts nobody', () => {
    const life = aSubscriber();
    const late = anEarlyFraudWarning({ actionable: false });
    expect(life.told(onDay(1), ['radar.early_fraud_warning.created', late]).says).toEqual([]);
  });
});
