import { expect, test } from 'vitest';
import { type Access, access, noAccess } from '../billing/access.ts';
import { type ProjectableEvent, readEvent } from '../billing/event-types.ts';
import { project } from '../billing/project.ts';
import { type BillingState, emptyState } from '../billing/state.ts';
import { findTransitions, type Transition } from '../billing/transitions.ts';
import { summarise } from '../customers/summary.ts';
import {
  aCheckoutSession,
  aCustomer,
  anInvoice,
  anUnpaidInvoice,
  aPlan,
  aPolicy,
  aSubscription,
  BOUGHT_AT,
  type StripeObject,
} from '../testing/index.ts';
import type { Slot } from './connection.ts';
import { payloadSchemas } from './payloads.ts';
import { type PlanInput, type PlannedEffect, planEffects } from './plan.ts';
import { type HeldEffect, reviewHeld } from './review-held.ts';

const policy = aPolicy({ plans: [aPlan('team', { grants: ['app', 'team'] })] });
const DAY = 86_400;
const at = (second: number) => new Date((BOUGHT_AT + second) * 1_000);
const allSlots: Slot[] = ['app', 'crm', 'email', 'helpdesk', 'chat'];

type Told = [type: string, object: StripeObject, second: number];

const purchase: Told[] = [
  ['customer.created', aCustomer(), 0],
  ['checkout.session.completed', aCheckoutSession(), 1],
  ['invoice.paid', anInvoice(), 1],
  ['customer.subscription.created', aSubscription(), 1],
];
const pastDue: Told[] = [
  ['customer.subscription.updated', aSubscription({ status: 'past_due' }), 30 * DAY],
  ['invoice.payment_failed', anUnpaidInvoice({ id: 'in_2' }), 30 * DAY],
];
const secondAttempt: Told = ['invoice.payment_failed', anUnpaidInvoice({ id: 'in_2', attempt_count: 2 }), 33 * DAY];
const paidAtLast: Told[] = [
  ['invoice.paid', anInvoice({ id: 'in_2' }), 34 * DAY],
  ['customer.subscription.updated', aSubscription(), 34 * DAY],
];
const end = (second: number): Told => [
  'customer.subscription.deleted',
  aSubscription({ status: 'canceled', ended_at: BOUGHT_AT + second }),
  second,
];

interface Moment {
  state: BillingState;
  access: Access;
  everAllowed: boolean;
}
const start: Moment = { state: emptyState('cus_1'), access: noAccess, everAllowed: false };

/** One drain of these events, shortly after the last of them. */
function drain(from: Moment, told: Told[], change: Partial<PlanInput> = {}): Moment & { effects: PlannedEffect[] } {
  const after = told.reduce((state, one) => project(state, read(one)).state, from.state);
  const now = change.now ?? new Date(at(Math.max(...told.map(([, , second]) => second))).getTime() + 5_000);
  const accessAfter = access(after, policy, now);
  const { transitions, episodes } = findTransitions({
    before: from.state,
    after,
    policy,
    now,
    accessBefore: from.access,
    accessAfter,
  });
  const effects = planEffects({
    after,
    accessBefore: from.access,
    accessAfter,
    transitions,
    summary: summarise(after, accessAfter, policy),
    policy,
    slots: new Set(allSlots),
    liveSince: at(-DAY),
    now,
    baseUrl: 'https://northwind.example',
    verification: 'verified',
    customer: {
      id: 'cust_1',
      originSubjectId: 'cus_1',
      emailVerified: false,
      everAllowed: from.everAllowed,
      firstPaidAt: at(0),
    },
    ...change,
  });
  const everAllowed = from.everAllowed || accessAfter.allow;
  return { state: { ...after, episodes }, access: accessAfter, everAllowed, effects };
}

function read([type, object, second]: Told): ProjectableEvent {
  const event = readEvent({ id: 'evt', type, occurredAt: at(second), body: { data: { object } } });
  if (!event.ok || event.event === null) throw new Error(`${type} was not understood`);
  return event.event;
}

const ids = ({ effects }: { effects: PlannedEffect[] }) => effects.map((effect) => effect.id);
const states = ['account:cus_1@app', 'contact:cus_1@crm'];

test('EF1: identities are permanent: a whole life plans exactly these', () => {
  const bought = drain(start, purchase);
  const failed = drain(bought, pastDue);
  const again = drain(failed, [secondAttempt]);
  const recovered = drain(again, paidAtLast);
  const ended = drain(recovered, [end(60 * DAY)]);
  expect({
    bought: ids(bought),
    failed: ids(failed),
    again: ids(again),
    recovered: ids(recovered),
    ended: ids(ended),
  }).toEqual({
    bought: [...states, 'welcome:sub_1@email', 'sale:sub_1@chat'],
    failed: [...states, 'payment_failed:in_2@helpdesk', 'payment_failed:in_2:1@email', 'payment_failed:in_2@chat'],
    again: [...states, 'payment_failed:in_2@helpdesk', 'payment_failed:in_2:2@email', 'payment_failed:in_2@chat'],
    recovered: [...states, 'payment_recovered:in_2@helpdesk'],
    ended: [...states, 'access_ended:sub_1:1@email', 'access_ended:sub_1:1@chat'],
  });
});

test('every payload is what its kind promises', () => {
  const life = [purchase, pastDue, paidAtLast, [end(60 * DAY)]];
  let moment = start;
  for (const told of life) {
    const next = drain(moment, told);
    for (const effect of next.effects) {
      expect(payloadSchemas[effect.kind].parse(JSON.parse(JSON.stringify(effect.payload)))).toEqual(effect.payload);
    }
    moment = next;
  }
});

test('a welcome says what was bought, and follows the account', () => {
  const welcome = drain(start, purchase).effects.find((effect) => effect.kind === 'email.welcome');
  expect(welcome).toMatchObject({
    afterId: 'account:cus_1@app',
    held: false,
    suppressed: null,
    payload: {
      plan: { key: 'team', name: 'Team' },
      paid: { amountCents: 4900, currency: 'usd' },
      invoiceNumber: 'A1B2C3D4-0001',
    },
  });
});

test('nothing is planned for a slot where nobody stands, and nothing waits for it', () => {
  const planned = drain(start, purchase, { slots: new Set<Slot>(['email']) });
  expect(planned.effects).toMatchObject([{ id: 'welcome:sub_1@email', afterId: null }]);
});

test('a customer who has only signed up has neither account nor contact', () => {
  expect(ids(drain(start, [['customer.created', aCustomer(), 0]]))).toEqual([]);
});

test('what cannot be taken back is held until verified; what grants is not', () => {
  const bought = drain(start, purchase, { verification: 'provisional' });
  expect(bought.effects.filter((effect) => effect.held)).toEqual([]);
  const failed = drain(bought, pastDue, { verification: 'provisional' });
  expect(failed.effects.filter((effect) => effect.held).map((effect) => effect.id)).toEqual([
    'payment_failed:in_2@helpdesk',
    'payment_failed:in_2:1@email',
    'payment_failed:in_2@chat',
  ]);
  expect(drain(bought, pastDue, { verification: 'no_key' }).effects.filter((effect) => effect.held)).toEqual([]);
});

test('EF10: a fact from before the installation went live, or too old for its kind, is not said, and says why', () => {
  const early = drain(start, purchase, { liveSince: at(DAY) });
  const late = drain(start, purchase, { now: at(30 * 3_600) });
  const reasons = (effects: PlannedEffect[]) =>
    Object.fromEntries(effects.map(({ id, suppressed }) => [id, suppressed]));
  expect(reasons(early.effects)).toEqual({
    'account:cus_1@app': null,
    'contact:cus_1@crm': null,
    'welcome:sub_1@email': 'It happened before this installation went live.',
    'sale:sub_1@chat': 'It happened before this installation went live.',
  });
  expect(reasons(late.effects)).toMatchObject({
    'welcome:sub_1@email': null,
    'sale:sub_1@chat': 'It was 30 hours old when we learned of it; it is said for 24.',
  });
});

test('a failure that was paid before we learned of it is not told, nor is its recovery', () => {
  const bought = drain(start, purchase);
  expect(ids(drain(bought, [...pastDue, ...paidAtLast]))).toEqual(states);
});

test('access that ends a second time is a second fact', () => {
  const ended = drain(drain(drain(start, purchase), pastDue), [], { now: at(38 * DAY) });
  expect(ids(ended)).toContain('access_ended:sub_1:1@email');
  const regained = drain(ended, [
    ['invoice.paid', anInvoice({ id: 'in_2' }), 39 * DAY],
    ['customer.subscription.updated', aSubscription(), 39 * DAY],
  ]);
  expect(ids(drain(regained, [end(60 * DAY)]))).toContain('access_ended:sub_1:2@email');
});

test('access that was believed before we learned that its money is still to come ends without a word', () => {
  const believed = drain(start, [
    ['customer.created', aCustomer(), 0],
    ['customer.subscription.created', aSubscription(), 1],
  ]);
  const debit = aCheckoutSession({ payment_status: 'unpaid' });
  const corrected = drain(believed, [['checkout.session.completed', debit, 2]]);
  expect([believed.access.allow, corrected.access.reason.code]).toEqual([true, 'payment_processing']);
  expect(ids(corrected)).toEqual(states);
});

test('of two attempts that ask to confirm, neither is called a failure', () => {
  const bought = drain(start, purchase);
  const asked = (attempt: number): Told[] => {
    const invoice = anUnpaidInvoice({ id: 'in_2', attempt_count: attempt });
    return [
      ['invoice.payment_failed', invoice, (30 + attempt) * DAY],
      ['invoice.payment_action_required', invoice, (30 + attempt) * DAY],
    ];
  };
  const [failedOnce] = asked(1);
  const both = drain(bought, [failedOnce as Told, ...asked(2).slice(1)]);
  expect(ids(both)).toEqual([...states, 'payment_action_required:in_2:2@email', 'payment_action_required:in_2:2@chat']);
});

test('a fact whose object is gone by now is told of by the states alone', () => {
  const gone = { objectId: 'gone', occurredAt: at(0), confidence: 'verified' as const, key: 'gone' };
  const facts: Transition[] = [
    { ...gone, kind: 'invoice_payment_failed', attempt: 1 },
    { ...gone, kind: 'payment_action_required', attempt: 1 },
    { ...gone, kind: 'checkout_failed' },
    { ...gone, kind: 'trial_ending', endsAt: at(DAY).toISOString() },
    { ...gone, kind: 'dispute_opened', reason: 'fraudulent' },
    { ...gone, kind: 'dispute_closed', outcome: 'lost' },
    { ...gone, kind: 'fraud_warned', fraudType: 'misc' },
    { ...gone, kind: 'customer_deleted' },
    { ...gone, kind: 'email_changed' },
  ];
  const bought = drain(start, purchase);
  for (const fact of facts) expect(ids(drain(bought, [purchase[0] as Told], { transitions: [fact] }))).toEqual(states);
});

test('access that the policy gave while a debit was on its way has ended when it bounces', () => {
  const wasGiven: Access = { ...noAccess, allow: true, reason: { code: 'payment_processing', objectId: 'sub_1' } };
  const bounced = drain({ ...start, access: wasGiven }, [
    ['customer.subscription.updated', aSubscription({ status: 'past_due' }), 1],
    ['invoice.payment_failed', anUnpaidInvoice({ id: 'in_1', billing_reason: 'subscription_create' }), 1],
  ]);
  expect(bounced.access.reason.code).toBe('payment_failed');
  expect(ids(bounced)).toContain('access_ended:sub_1:1@email');
});

test('an order that came to nothing says what was due, where its session does', () => {
  const unpaid = { mode: 'payment', subscription: null, payment_status: 'unpaid', metadata: { onpaid_plan: 'team' } };
  for (const [amount, due] of [
    [4900, { amountCents: 4900, currency: 'usd' }],
    [null, null],
  ] as const) {
    const failed = drain(start, [
      ['checkout.session.async_payment_failed', aCheckoutSession({ ...unpaid, amount_total: amount }), 1],
    ]);
    expect(failed.effects.find((effect) => effect.kind === 'email.order_failed')?.payload).toMatchObject({ due });
  }
});

test('EF11: after a verified read, what still stands is released and what was overtaken says by what', () => {
  const bought = drain(start, purchase);
  const failed = drain(bought, pastDue, { verification: 'provisional' });
  const held = failed.effects.filter((effect) => effect.held) as HeldEffect[];
  expect(reviewHeld(held, failed.state, failed.access)).toEqual({
    release: held.map((effect) => effect.id),
    suppress: [],
  });
  const paid = drain(failed, paidAtLast);
  expect(reviewHeld(held, paid.state, paid.access).suppress).toEqual(
    held.map(({ id }) => ({ id, reason: 'Stripe says the invoice is paid.' })),
  );
  const ended = drain(failed, [end(31 * DAY)], { verification: 'provisional' });
  const farewell = ended.effects.filter((effect) => effect.held) as HeldEffect[];
  expect(reviewHeld(farewell, bought.state, bought.access).suppress.map(({ reason }) => reason)).toEqual([
    'Stripe says that access goes on.',
    'Stripe says that access goes on.',
  ]);
});
