import { expect, test } from 'vitest';
import { aCustomer, anInvoice, aPolicy, aSubscription, BOUGHT_AT, type StripeObject } from '../testing/index.ts';
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

function believe(from: BillingState, kind: BillingObject['kind'], raw: StripeObject): BillingState {
  const read = understand(kind, raw);
  if (!read.ok) throw new Error(read.reason);
  const held: Held = {
    value: read.object,
    stamp: { occurredAt: at, rank: 0 },
    confidence: 'provisional',
    deleted: false,
  };
  return { ...from, objects: { ...from.objects, [held.value.id]: held } };
}

const between = (before: BillingState, after: BillingState, accessBefore = noAccess, accessAfter = accessBefore) => {
  const { transitions, episodes } = findTransitions({
    before,
    after,
    policy: aPolicy(),
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

test('a new address is a fact; a first one is not', () => {
  const known = believe(empty, 'customer', aCustomer());
  expect(between(empty, known).keys).toEqual([]);
  expect(between(known, believe(known, 'customer', aCustomer({ email: 'ada@example.org' }))).keys).toEqual([
    'email_changed:cus_1:1',
  ]);
});
