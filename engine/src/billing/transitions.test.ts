import { describe, expect, test } from 'vitest';
import {
  aCheckoutSession,
  aCustomer,
  anInvoice,
  aPlan,
  aPolicy,
  aSubscription,
  BOUGHT_AT,
  type StripeObject,
} from '../testing/index.ts';
import { type Access, noAccess } from './access.ts';
import { type BillingObject, type BillingState, emptyState, type Held } from './state.ts';
import { understand } from './stripe-shapes.ts';
import { findTransitions } from './transitions.ts';

const at = new Date(BOUGHT_AT * 1_000);
const active: Access = {
  allow: true,
  reason: { code: 'active', subscriptionId: 'sub_1', renewsAt: null },
  until: null,
  plans: [],
  grants: [],
};

function believe(from: BillingState, kind: BillingObject['kind'], raw: StripeObject, second = BOUGHT_AT): BillingState {
  const read = understand(kind, raw);
  if (!read.ok) throw new Error(read.reason);
  const held: Held = {
    value: read.object,
    stamp: { occurredAt: new Date(second * 1_000), rank: 0 },
    confidence: 'provisional',
    deleted: false,
  };
  return { ...from, objects: { ...from.objects, [held.value.id]: held } };
}

const between = (before: BillingState, after: BillingState, accessBefore = noAccess, accessAfter = accessBefore) => {
  const { transitions, episodes } = findTransitions({
    before,
    after,
    policy: aPolicy({ plans: [aPlan('team')] }),
    now: at,
    accessBefore,
    accessAfter,
  });
  return { keys: transitions.map(({ key }) => key), transitions, after: { ...after, episodes } };
};

const empty = emptyState('cus_1');
const subscribed = believe(empty, 'subscription', aSubscription());

test('nothing changed is no fact', () => {
  expect(between(subscribed, subscribed, active).keys).toEqual([]);
});

test('a purchase is told once the money and the buyer are known, whichever came first', () => {
  const paid = believe(empty, 'invoice', anInvoice());
  expect(between(empty, subscribed).keys).not.toContain('purchased:sub_1');
  expect(between(empty, paid).keys).toEqual(['invoice_paid:in_1']);
  const both = between(paid, believe(paid, 'subscription', aSubscription()));
  expect(both.keys).toContain('purchased:sub_1');
  expect(between(subscribed, believe(subscribed, 'invoice', anInvoice())).keys).toContain('purchased:sub_1');
});

test('a trial is a purchase as soon as it is known whose it is; its conversion is not another', () => {
  const trial = believe(empty, 'subscription', aSubscription({ status: 'trialing' }));
  expect(between(empty, trial).keys).not.toContain('purchased:sub_1');
  const known = believe(trial, 'customer', aCustomer());
  expect(between(trial, known).keys).toContain('purchased:sub_1');
  expect(between(known, believe(known, 'subscription', aSubscription())).keys).toEqual(['subscription_status:sub_1:1']);
});

describe('a fact is as old as what made it one', () => {
  const later = BOUGHT_AT + 5 * 86_400;
  const occurredAt = (found: ReturnType<typeof between>, key: string) =>
    found.transitions.find((it) => it.key === key)?.occurredAt;

  test('a purchase, as the first money: a bank debit that arrives after days is news', () => {
    const paid = anInvoice({ status_transitions: { paid_at: later } });
    const found = between(subscribed, believe(subscribed, 'invoice', paid));
    expect(occurredAt(found, 'purchased:sub_1')).toEqual(new Date(later * 1_000));
    const renewal = anInvoice({ billing_reason: 'subscription_cycle', status_transitions: { paid_at: later } });
    const old = between(subscribed, believe(subscribed, 'invoice', renewal));
    expect(occurredAt(old, 'purchased:sub_1')).toEqual(at);
  });

  test('an order, as its money, where we knew that it was waited for', () => {
    const order = { mode: 'payment', subscription: null, metadata: { onpaid_plan: 'team' } };
    const waiting = believe(empty, 'checkout', aCheckoutSession({ ...order, payment_status: 'unpaid' }));
    const arrived = believe(empty, 'checkout', aCheckoutSession(order), later);
    expect(occurredAt(between(waiting, arrived), 'purchased:cs_test_1')).toEqual(new Date(later * 1_000));
    expect(occurredAt(between(empty, arrived), 'purchased:cs_test_1')).toEqual(new Date((BOUGHT_AT - 60) * 1_000));
  });

  test('a refund that was pending, and a dispute that was an inquiry, as their turn', () => {
    const refund = { id: 're_1', object: 'refund', amount: 4900, charge: 'ch_1', created: BOUGHT_AT, currency: 'usd' };
    const pending = believe(empty, 'refund', { ...refund, status: 'pending' });
    const done = believe(empty, 'refund', { ...refund, status: 'succeeded' }, later);
    expect(occurredAt(between(pending, done), 'refunded:re_1')).toEqual(new Date(later * 1_000));
    expect(occurredAt(between(empty, done), 'refunded:re_1')).toEqual(at);
    const dispute = { ...refund, id: 'dp_1', object: 'dispute', reason: 'fraudulent' };
    const inquiry = believe(empty, 'dispute', { ...dispute, status: 'warning_needs_response' });
    const opened = believe(empty, 'dispute', { ...dispute, status: 'needs_response' }, later);
    expect(occurredAt(between(inquiry, opened), 'dispute_opened:dp_1')).toEqual(new Date(later * 1_000));
    expect(occurredAt(between(empty, opened), 'dispute_opened:dp_1')).toEqual(at);
  });
});

test('a trial that ends is told of once, and again to who takes a cancellation back', () => {
  const trial = { status: 'trialing', trial_end: BOUGHT_AT + 2 * 86_400 };
  const running = between(empty, believe(empty, 'subscription', aSubscription(trial)), active);
  const canceling = believe(running.after, 'subscription', aSubscription({ ...trial, cancel_at: trial.trial_end }));
  const canceled = between(running.after, canceling, active);
  const undone = between(canceled.after, believe(canceled.after, 'subscription', aSubscription(trial)), active);
  const told = [running, canceled, undone].map(({ keys }) => keys.includes('trial_ending:sub_1'));
  expect(told).toEqual([true, false, true]);
  expect(between(empty, { ...canceling, episodes: {} }, active).keys).not.toContain('trial_ending:sub_1');
});

test('a cancellation that is scheduled, withdrawn and scheduled again is three facts', () => {
  const canceling = aSubscription({ cancel_at_period_end: true });
  const first = between(subscribed, believe(subscribed, 'subscription', canceling), active);
  const undone = between(first.after, believe(first.after, 'subscription', aSubscription()), active);
  const again = between(undone.after, believe(undone.after, 'subscription', canceling), active);
  expect([first.keys, undone.keys, again.keys]).toEqual([
    ['cancel_scheduled:sub_1:1'],
    ['cancel_withdrawn:sub_1:1'],
    ['cancel_scheduled:sub_1:2'],
  ]);
});

test('BS6: a change of plan is read from the items', () => {
  const changed = believe(subscribed, 'subscription', aSubscription({ lookupKey: 'team_yearly' }));
  expect(between(subscribed, changed, active).transitions).toMatchObject([
    { key: 'plan_changed:sub_1:1', from: 'team_monthly', to: 'team_yearly' },
  ]);
});

test('access is told of by the decision alone, at the moment Stripe or the clock ended it', () => {
  const endedAt = '2026-11-20T00:00:00.000Z';
  const over: Access = { ...noAccess, reason: { code: 'grace_over', subscriptionId: 'sub_1', graceEndedAt: endedAt } };
  expect(between(subscribed, subscribed, noAccess, active).keys).toEqual(['access_granted:sub_1:1']);
  expect(between(subscribed, subscribed, active, over).transitions).toMatchObject([
    { key: 'access_ended:sub_1:1', reason: 'grace_over', occurredAt: new Date(endedAt) },
  ]);
});

test('access that ends with money that goes back ended then, however long ago it was bought', () => {
  const later = BOUGHT_AT + 5 * 86_400;
  const money = { amount: 4900, charge: 'ch_1', created: later, currency: 'usd' };
  const back = believe(subscribed, 'refund', { ...money, id: 're_1', object: 'refund', status: 'succeeded' });
  const dispute = { ...money, id: 'dp_1', object: 'dispute', reason: 'fraudulent', status: 'lost' };
  const lost = believe(subscribed, 'dispute', dispute, later);
  const refunded: Access = { ...noAccess, reason: { code: 'refunded', objectId: 'sub_1' } };
  const disputed: Access = { ...noAccess, reason: { code: 'dispute_lost', objectId: 'sub_1', disputeId: 'dp_1' } };
  for (const [after, access] of [
    [back, refunded],
    [lost, disputed],
  ] as const) {
    const ended = between(subscribed, after, active, access).transitions.find((it) => it.kind === 'access_ended');
    expect(ended?.occurredAt).toEqual(new Date(later * 1_000));
  }
});

test('a new address is a fact; a first one is not', () => {
  const known = believe(empty, 'customer', aCustomer());
  expect(between(empty, known).keys).toEqual([]);
  expect(between(known, believe(known, 'customer', aCustomer({ email: 'ada@example.org' }))).keys).toEqual([
    'email_changed:cus_1:1',
  ]);
});

test('access that was never about an object is no fact of one, and one that is gone speaks by its last reason', () => {
  const granted: Access = { ...active, reason: { code: 'never_paid' } };
  expect(between(subscribed, subscribed, noAccess, granted).keys).toEqual([]);
  expect(between(subscribed, subscribed, active, noAccess).transitions).toMatchObject([
    { key: 'access_ended:sub_1:1', reason: 'never_paid', occurredAt: at },
  ]);
  const ended: Access = { ...noAccess, reason: { code: 'ended', subscriptionId: 'sub_1', endedAt: null } };
  expect(between(subscribed, subscribed, active, ended).transitions).toMatchObject([{ occurredAt: at }]);
  const unheard: Access = { ...noAccess, reason: { code: 'dispute_lost', objectId: 'sub_1', disputeId: 'dp_9' } };
  expect(between(subscribed, subscribed, active, unheard).transitions).toMatchObject([{ occurredAt: at }]);
  const lifetime: Access = { ...active, reason: { code: 'lifetime', checkoutId: 'cs_test_1' } };
  const order = believe(empty, 'checkout', aCheckoutSession());
  expect(between(order, order, noAccess, lifetime).keys).toEqual(['access_granted:cs_test_1:1']);
});

test('collection that is paused says until when, and that it resumed', () => {
  const until = { pause_collection: { behavior: 'void', resumes_at: BOUGHT_AT } };
  const paused = believe(subscribed, 'subscription', aSubscription(until));
  expect(between(subscribed, paused, active).transitions).toMatchObject([
    { kind: 'collection_paused', resumesAt: at.toISOString() },
  ]);
  const resumed = believe(paused, 'subscription', aSubscription());
  expect(between(paused, resumed, active).keys).toEqual(['collection_resumed:sub_1:1']);
  expect(between(empty, believe(empty, 'subscription', aSubscription({ lookupKey: null })), active).keys).toEqual([
    'subscription_status:sub_1:1',
  ]);
  const other = believe(subscribed, 'subscription', aSubscription({ lookupKey: null, priceId: 'price_9' }));
  expect(between(subscribed, other, active).transitions).toMatchObject([{ to: 'price_9' }]);
});

test('an inquiry that is answered never was a dispute', () => {
  const dispute = { amount: 4900, charge: 'ch_1', created: BOUGHT_AT, currency: 'usd', id: 'dp_1', object: 'dispute' };
  const answered = believe(empty, 'dispute', { ...dispute, reason: 'general', status: 'warning_closed' });
  expect(between(empty, answered).keys).toEqual([]);
  const paid = believe(empty, 'invoice', anInvoice({ status_transitions: null }));
  expect(between(empty, paid).transitions).toMatchObject([{ key: 'invoice_paid:in_1', occurredAt: at }]);
});
