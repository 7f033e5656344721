import { expect, test } from 'vitest';
import { handledTypes } from '../billing/event-types.ts';
import { effectKinds } from '../effects/payloads.ts';
import { describeEffectKind, describeEventType, describeTimelineEntry } from './describe.ts';
import type { TimelineEffect, TimelineEvent, TimelineTransition } from './timeline.ts';

const at = new Date('2026-03-04T14:00:00Z');
const base = { key: 'a1', at };

const event = (change: Partial<TimelineEvent> = {}) =>
  describeTimelineEntry({
    ...base,
    kind: 'event',
    id: 'evt_1',
    type: 'invoice.paid',
    objectId: 'in_1',
    occurredAt: at,
    disposition: 'recorded',
    origin: 'webhook',
    outcome: 'applied',
    ...change,
  });

const transition = (change: Partial<TimelineTransition> & { fact: string }) =>
  describeTimelineEntry({
    ...base,
    kind: 'transition',
    id: 'x:1',
    objectId: 'in_1',
    occurredAt: at,
    confidence: 'verified',
    detail: {},
    ...change,
  });

const attempt = {
  number: 1,
  purpose: 'send' as const,
  startedAt: at,
  endedAt: at,
  outcome: 'retryable',
  status: 500,
  reason: null,
  vendorRequestId: null,
};
const effect = (change: Partial<TimelineEffect> = {}) =>
  describeTimelineEntry({
    ...base,
    kind: 'effect',
    id: 'contact:cus_1@crm',
    effectKind: 'crm.contact',
    slot: 'crm',
    version: 1,
    state: 'sent',
    failure: null,
    reason: null,
    nextAt: at,
    remoteId: null,
    attempts: [attempt],
    ...change,
  });

test.each([
  [event(), 'Stripe said that an invoice was paid.', 'ok'],
  [event({ outcome: null }), 'Stripe said that an invoice was paid. It is recorded and not read yet.', 'waiting'],
  [
    event({ outcome: 'stale' }),
    'Stripe said that an invoice was paid, but we already knew something newer. Nothing changed.',
    'off',
  ],
  [event({ origin: 'repair' }), 'Stripe said that an invoice was paid. We fetched it; no delivery reached us.', 'ok'],
  [
    event({ type: 'plan.created', disposition: 'ignored' }),
    'Stripe sent plan.created. No rule uses it, so it is only kept.',
    'off',
  ],
  [
    event({ disposition: 'quarantined' }),
    'Stripe said that an invoice was paid, in the other mode (test or live). It is kept apart and touches nothing.',
    'attention',
  ],
])('an event says what Stripe told and what came of it', ({ sentence, standing }, expected, how) => {
  expect([sentence, standing]).toEqual([expected, how]);
});

test.each([
  [
    transition({ fact: 'invoice_paid', detail: { amountCents: 4950, currency: 'usd', recovered: false } }),
    '$49.50 paid.',
  ],
  [
    transition({ fact: 'invoice_paid', detail: { amountCents: 500, currency: 'jpy', recovered: true } }),
    '¥500 paid, after a failed attempt.',
  ],
  [transition({ fact: 'invoice_payment_failed', detail: { attempt: 2 } }), 'Payment attempt 2 failed.'],
  [
    transition({ fact: 'subscription_status', detail: { from: 'active', to: 'past_due' } }),
    'Subscription: active → past due.',
  ],
  [
    transition({ fact: 'cancel_scheduled', detail: { endsAt: '2026-04-01T00:00:00Z' } }),
    'Cancellation scheduled for 2026-04-01.',
  ],
  [
    transition({ fact: 'payment_action_required', detail: { attempt: 2 } }),
    'The bank wants the customer to confirm payment attempt 2.',
  ],
  [transition({ fact: 'invoice_payment_failed' }), 'Payment attempt failed.'],
  [transition({ fact: 'trial_ending', detail: { endsAt: '2026-04-01T00:00:00Z' } }), 'Trial ends on 2026-04-01.'],
  [transition({ fact: 'trial_ending' }), 'Trial ends soon.'],
  [
    transition({ fact: 'refunded', detail: { amountCents: 200000, currency: 'huf', whole: true } }),
    'HUF\u00a02,000 refunded, the whole payment.',
  ],
  [
    transition({ fact: 'refunded', detail: { amountCents: 1250, currency: 'kwd', whole: false } }),
    'KWD\u00a01.250 refunded, a part of a payment.',
  ],
  [transition({ fact: 'refunded' }), 'A payment was refunded.'],
  [
    transition({ fact: 'dispute_opened', detail: { reason: 'product_not_received' } }),
    'A payment is disputed: product not received.',
  ],
  [transition({ fact: 'dispute_closed', detail: { outcome: 'lost' } }), 'Dispute closed: lost.'],
  [
    transition({ fact: 'fraud_warned', detail: { fraudType: 'made_with_stolen_card' } }),
    'The card’s bank reports a payment as fraud: made with stolen card.',
  ],
  [transition({ fact: 'checkout_failed' }), 'The payment of an order did not arrive.'],
  [transition({ fact: 'collection_paused' }), 'Collecting payments is paused.'],
  [transition({ fact: 'collection_resumed' }), 'Payments are collected again.'],
  [transition({ fact: 'customer_deleted' }), 'The customer was deleted at Stripe.'],
  [transition({ fact: 'constructor' }), 'constructor.'],
  [transition({ fact: 'access_granted', detail: { reason: 'active' } }), 'Access given: active.'],
  [transition({ fact: 'something_newer' }), 'something newer.'],
])('a change is told with its figures', ({ sentence }, expected) => {
  expect(sentence).toBe(expected);
});

test.each([
  ['active', 'ok'],
  ['incomplete', 'waiting'],
  ['past_due', 'attention'],
  ['canceled', 'off'],
])('a subscription that becomes %s is shown as %s', (to, standing) => {
  expect(transition({ fact: 'subscription_status', detail: { from: null, to } })).toMatchObject({ standing });
});

test.each([
  ['dispute_opened', {}, 'broken'],
  ['dispute_closed', { outcome: 'won' }, 'ok'],
  ['dispute_closed', { outcome: 'withdrawn' }, 'ok'],
  ['dispute_closed', { outcome: 'lost' }, 'attention'],
  ['fraud_warned', {}, 'attention'],
  ['payment_action_required', {}, 'waiting'],
  ['checkout_failed', {}, 'broken'],
  ['customer_deleted', {}, 'off'],
])('%s %j is shown as %s', (fact, detail, standing) => {
  expect(transition({ fact, detail })).toMatchObject({ standing });
});

test('every type of event that we act on has words', () => {
  const wordless = [...handledTypes].filter((type) => describeEventType(type).startsWith('Stripe sent'));
  expect(wordless).toEqual([]);
});

test('every kind of effect has a name of its own', () => {
  const names = effectKinds.map(describeEffectKind);
  expect(new Set(names).size).toBe(effectKinds.length);
  expect(names.filter((name, index) => name === effectKinds[index])).toEqual([]);
  expect(describeEffectKind('email.of_tomorrow')).toBe('email.of_tomorrow');
});

test('what Stripe has not confirmed says so, and is never shown as done', () => {
  expect(transition({ fact: 'purchased', confidence: 'provisional' })).toEqual({
    sentence: 'First purchase. Not yet confirmed by a read from Stripe.',
    standing: 'waiting',
  });
});

const failure = { label: 'HubSpot', kind: 'retryable', reason: 'answered 500', status: 500 };
test.each([
  [effect(), 'Contact in the CRM: up to date.', 'ok'],
  [effect({ attempts: [attempt, attempt] }), 'Contact in the CRM: up to date after 2 attempts.', 'ok'],
  [
    effect({ state: 'retry_wait', failure }),
    'Contact in the CRM: not through after 1 attempt, will be tried again. HubSpot: answered 500.',
    'attention',
  ],
  [
    effect({ state: 'dead', failure }),
    'Contact in the CRM: failed for good after 1 attempt. HubSpot: answered 500.',
    'broken',
  ],
  [
    effect({ state: 'unknown', nextAt: null, failure }),
    'Contact in the CRM: may or may not have arrived, and only a person can tell. HubSpot: answered 500.',
    'attention',
  ],
  [
    effect({ state: 'unknown', nextAt: new Date('2026-06-01T10:00:00Z'), failure }),
    'Contact in the CRM: may or may not have arrived; we are finding out. HubSpot: answered 500.',
    'waiting',
  ],
  [
    effect({ state: 'planned', nextAt: null }),
    'Contact in the CRM: waits for another step to finish first.',
    'waiting',
  ],
  [
    effect({ state: 'suppressed', reason: 'The fact is too old.' }),
    'Contact in the CRM: not sent. The fact is too old.',
    'off',
  ],
])('an effect says how it stands and who broke', ({ sentence, standing }, expected, how) => {
  expect([sentence, standing]).toEqual([expected, how]);
});
