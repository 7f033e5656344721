import { describe, expect, test } from 'vitest';
import type { Policy } from '../config.ts';
import {
  aCheckoutSession,
  anInvoice,
  anUnpaidInvoice,
  aPlan,
  aPolicy,
  aSubscription,
  BOUGHT_AT,
  RENEWS_AT,
  type StripeObject,
} from '../testing/index.ts';
import { access } from './access.ts';
import { explainAccess } from './explain.ts';
import { type BillingObject, type BillingState, emptyState } from './state.ts';
import { understand } from './stripe-shapes.ts';

const policy = aPolicy({
  plans: [aPlan('starter', { grants: ['app'] }), aPlan('team', { grants: ['app', 'team'] })],
});
const now = new Date('2026-11-10T00:00:00Z');

function believing(...objects: BillingObject[]): BillingState {
  const held = objects.map((value) => ({
    value,
    stamp: { occurredAt: now, rank: 0 },
    confidence: 'verified' as const,
    deleted: false,
  }));
  return { ...emptyState('cus_1'), objects: Object.fromEntries(held.map((it) => [it.value.id, it])) };
}

function read(kind: BillingObject['kind'], raw: StripeObject): BillingObject {
  const understood = understand(kind, raw);
  if (!understood.ok) throw new Error(understood.reason);
  return understood.object;
}

const subscription = (overrides: Record<string, unknown> = {}, pastDueSince: Date | null = null) =>
  ({ ...read('subscription', aSubscription(overrides)), pastDueSince }) as BillingObject;
const checkout = (overrides: Record<string, unknown>) => read('checkout', aCheckoutSession(overrides));
const second = (iso: string) => Date.parse(iso) / 1_000;
const days = (count: number) => new Date(now.getTime() + count * 86_400_000);

describe('every status has its answer', () => {
  const unpaidDebit = checkout({ payment_status: 'unpaid' });
  const openInvoice = read(
    'invoice',
    anUnpaidInvoice({ billing_reason: 'subscription_create', payment_intent: 'pi_1' }),
  );
  const processing = read('payment', {
    id: 'pi_1',
    object: 'payment_intent',
    amount: 4900,
    created: BOUGHT_AT,
    currency: 'usd',
    customer: 'cus_1',
    status: 'processing',
  });
  const oneTime = (overrides = {}) =>
    checkout({ mode: 'payment', subscription: null, metadata: { onpaid_plan: 'team' }, ...overrides });
  const table: [string, BillingObject[], boolean, string, Date | null, Partial<Policy>?][] = [
    ['nothing bought', [], false, 'never_paid', null],
    ['active', [subscription()], true, 'active', null],
    ['trialing', [subscription({ status: 'trialing', trial_end: second('2026-11-16') })], true, 'trialing', days(6)],
    [
      'a trial past its end',
      [subscription({ status: 'trialing', trial_end: second('2026-11-09') })],
      true,
      'trialing',
      null,
    ],
    ['canceling', [subscription({ cancel_at: second('2026-11-16') })], true, 'canceling', days(6)],
    ['past its cancellation date', [subscription({ cancel_at: second('2026-11-09') })], false, 'ended', null],
    ['past due, within grace', [subscription({ status: 'past_due' }, days(-1))], true, 'past_due', days(6)],
    ['past due, at the end of grace', [subscription({ status: 'past_due' }, days(-7))], false, 'grace_over', null],
    ['unpaid', [subscription({ status: 'unpaid' })], false, 'unpaid', null],
    ['incomplete', [subscription({ status: 'incomplete' })], false, 'payment_pending', null],
    ['incomplete and expired', [subscription({ status: 'incomplete_expired' })], false, 'never_paid', null],
    ['canceled', [subscription({ status: 'canceled', ended_at: BOUGHT_AT })], false, 'ended', null],
    ['paused after a trial', [subscription({ status: 'paused' })], false, 'paused', null],
    ['collection paused', [subscription({ pause_collection: { behavior: 'void' } })], true, 'paused', null],
    [
      'collection paused, policy says no',
      [subscription({ pause_collection: {} })],
      false,
      'paused',
      null,
      { accessWhilePaused: false },
    ],
    ['a bank debit on its way', [subscription(), unpaidDebit], false, 'payment_processing', null],
    [
      'a bank debit on its way, policy says yes',
      [subscription(), unpaidDebit],
      true,
      'payment_processing',
      null,
      { accessWhileProcessing: true },
    ],
    ['a bank debit that arrived', [subscription(), unpaidDebit, read('invoice', anInvoice())], true, 'active', null],
    [
      'a bank debit on its way, of which the payment alone tells',
      [subscription(), openInvoice, processing],
      false,
      'payment_processing',
      null,
    ],
    [
      'a first bank debit that bounced',
      [subscription({ status: 'past_due' }, days(-1)), openInvoice],
      false,
      'payment_failed',
      null,
    ],
    ['bought once', [oneTime()], true, 'lifetime', null],
    ['covered by a coupon', [oneTime({ payment_status: 'no_payment_required' })], true, 'lifetime', null],
    ['bought once, of no plan of ours', [oneTime({ metadata: {} })], false, 'never_paid', null],
    ['a checkout without its subscription', [checkout({})], false, 'never_paid', null],
  ];
  test.each(table)('%s', (_, objects, allow, code, until, change) => {
    const answer = access(believing(...objects), { ...policy, ...change }, now);
    expect({ allow: answer.allow, code: answer.reason.code, until: answer.until }).toEqual({ allow, code, until });
  });
});

test('AC2: the best of several subscriptions counts: a canceled one never hides an active one', () => {
  const ended = subscription({ id: 'sub_2', status: 'canceled' });
  expect(access(believing(ended, subscription()), policy, now)).toMatchObject({
    allow: true,
    reason: { code: 'active' },
  });
});

test('a failed payment is told rather than an older ending', () => {
  const ended = subscription({ id: 'sub_2', status: 'canceled' });
  const late = subscription({ status: 'past_due' }, days(-9));
  expect(access(believing(ended, late), policy, now).reason.code).toBe('grace_over');
});

test('what several subscriptions grant is joined, until the first of them runs out', () => {
  const starter = subscription({ id: 'sub_2', lookupKey: 'starter_monthly', cancel_at: second('2026-11-12') });
  const answer = access(believing(starter, subscription()), policy, now);
  expect(answer).toMatchObject({ plans: ['team', 'starter'], grants: ['app', 'team'], until: days(2) });
});

test('what is denied grants nothing', () => {
  expect(access(believing(subscription({ status: 'unpaid' })), policy, now)).toMatchObject({ plans: [], grants: [] });
});

describe('money that goes back or is contested', () => {
  const money = { amount: 4900, charge: 'ch_1', created: BOUGHT_AT, currency: 'usd' };
  const paid = read('invoice', anInvoice({ charge: 'ch_1' }));
  const oneTime = checkout({ mode: 'payment', subscription: null, invoice: 'in_1', metadata: { onpaid_plan: 'team' } });
  const refund = read('refund', { ...money, id: 're_1', object: 'refund', status: 'succeeded' });
  const dispute = (status: string) =>
    read('dispute', { ...money, id: 'dp_1', object: 'dispute', reason: 'fraudulent', status });
  const table: [string, BillingObject[], boolean, string, Partial<Policy>?][] = [
    ['a refund', [subscription(), paid, refund], false, 'refunded'],
    ['a refund, policy says yes', [subscription(), paid, refund], true, 'active', { accessAfterRefund: true }],
    ['a refund of what has ended', [subscription({ status: 'canceled' }), paid, refund], false, 'ended'],
    ['an order refunded through its invoice', [oneTime, paid, refund], false, 'refunded'],
    ['an inquiry', [subscription(), paid, dispute('warning_needs_response')], true, 'active'],
    ['a dispute', [subscription(), paid, dispute('needs_response')], true, 'active'],
    [
      'a dispute, policy says no',
      [subscription(), paid, dispute('needs_response')],
      false,
      'disputed',
      { accessWhileDisputed: false },
    ],
    ['a dispute that was won', [subscription(), paid, dispute('won')], true, 'active', { accessWhileDisputed: false }],
    ['a dispute that was lost', [subscription(), paid, dispute('lost')], false, 'dispute_lost'],
    [
      'a lost dispute, policy says yes',
      [subscription(), paid, dispute('lost')],
      true,
      'active',
      { accessAfterLostDispute: true },
    ],
  ];
  test.each(table)('%s', (_, objects, allow, code, change) => {
    const answer = access(believing(...objects), { ...policy, ...change }, now);
    expect({ allow: answer.allow, code: answer.reason.code }).toEqual({ allow, code });
  });

  test('an order is paid as much as its invoice was, where the session does not say', () => {
    const payment = read('payment', {
      ...money,
      id: 'pi_1',
      object: 'payment_intent',
      invoice: 'in_1',
      status: 'succeeded',
    });
    const order = { ...oneTime, amountTotalCents: null } as BillingObject;
    const half = read('refund', {
      ...money,
      amount: 2450,
      id: 're_1',
      object: 'refund',
      payment_intent: 'pi_1',
      status: 'succeeded',
    });
    expect(access(believing(order, paid, payment, half), policy, now).reason.code).toBe('lifetime');
    const rest = { ...half, id: 're_2' } as BillingObject;
    expect(access(believing(order, paid, payment, half, rest), policy, now).reason.code).toBe('refunded');
  });

  test('a debit whose payment was given up has failed', () => {
    const payment = read('payment', { ...money, id: 'pi_1', object: 'payment_intent', status: 'canceled' });
    const order = { ...oneTime, paymentStatus: 'unpaid', paymentId: 'pi_1' } as BillingObject;
    expect(access(believing(order, payment), policy, now).reason.code).toBe('payment_failed');
    expect(access(believing(order), policy, now).reason.code).toBe('payment_processing');
  });
});

test('the explanation is a sentence, to the customer and about them', () => {
  const active = access(believing(subscription()), policy, now);
  const { plans } = policy;
  expect(new Date(RENEWS_AT * 1_000).toISOString()).toBe('2026-12-02T10:00:00.000Z');
  expect(explainAccess(active, { plans })).toBe(
    'You have access because your Team plan is active and renews on 2 December 2026.',
  );
  expect(explainAccess(active, { plans, person: 'they' })).toBe(
    'They have access because their Team plan is active and renews on 2 December 2026.',
  );
  const late = access(believing(subscription({ status: 'past_due' }, days(-9))), policy, now);
  expect(explainAccess(late)).toBe(
    'You have no access because your payment failed and the time to fix it ended on 8 November 2026.',
  );
});

test('AC2: of equals the same one is told, and the plans are named in the same order, however the rows come', () => {
  const team = subscription({ id: 'sub_1' });
  const starter = subscription({ id: 'sub_2', lookupKey: 'starter_monthly' });
  const answer = access(believing(team, starter), policy, now);
  expect(answer).toMatchObject({ plans: ['team', 'starter'], reason: { subscriptionId: 'sub_1' } });
  expect(access(believing(starter, team), policy, now)).toEqual(answer);
});
