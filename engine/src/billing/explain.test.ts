import { describe, expect, test } from 'vitest';
import type { Policy } from '../config.ts';
import { aCheckoutSession, anInvoice, aPlan, aPolicy, aSubscription, BOUGHT_AT, RENEWS_AT } from '../testing/index.ts';
import { aLife, onDay } from '../testing/life.ts';
import { aDispute, aRefund } from '../testing/payment-objects.ts';
import { type Access, type AccessReason, access } from './access.ts';
import { explainAccess } from './explain.ts';

/** Each reason there is, from what Stripe said that leads to it; a new reason does not compile until it is here. */

type Events = Parameters<ReturnType<typeof aLife>['told']>[1][];

interface Case {
  told: Events;
  policy?: Partial<Policy>;
  /** 1 unless said otherwise. */
  day?: number;
  allow: boolean;
  you: string;
  they: string;
}

const plans = [aPlan('starter', { grants: ['app'] }), aPlan('team', { grants: ['app', 'team'] })];
const second = (day: number) => BOUGHT_AT + day * 86_400;
const subscription = (fields: Record<string, unknown> = {}): Events[number] => [
  'customer.subscription.updated',
  aSubscription(fields),
];
const paid: Events[number] = ['invoice.paid', anInvoice({ payment_intent: 'pi_1' })];
const unpaidCheckout = aCheckoutSession({ payment_status: 'unpaid' });
const order: Events[number] = [
  'checkout.session.completed',
  aCheckoutSession({ mode: 'payment', subscription: null, payment_intent: 'pi_1', metadata: { onpaid_plan: 'team' } }),
];
const paused = subscription({ pause_collection: { behavior: 'void' } });

const cases = {
  active: [
    {
      told: [subscription()],
      allow: true,
      you: 'You have access because your Team plan is active and renews on 2 December 2026.',
      they: 'They have access because their Team plan is active and renews on 2 December 2026.',
    },
    {
      told: [subscription(), subscription({ id: 'sub_2', lookupKey: 'starter_monthly' })],
      allow: true,
      you: 'You have access because your Team and Starter plans are active and renew on 2 December 2026.',
      they: 'They have access because their Team and Starter plans are active and renew on 2 December 2026.',
    },
    {
      told: [subscription({ lookupKey: 'something_else' })],
      allow: true,
      you: 'You have access because your plan is active and renews on 2 December 2026.',
      they: 'They have access because their plan is active and renews on 2 December 2026.',
    },
  ],
  trialing: [
    {
      told: [subscription({ status: 'trialing', trial_end: second(14) })],
      allow: true,
      you: 'You have access because your free trial runs until 16 November 2026.',
      they: 'They have access because their free trial runs until 16 November 2026.',
    },
  ],
  canceling: [
    {
      told: [subscription({ cancel_at: RENEWS_AT })],
      allow: true,
      you: 'You have access because your Team plan, though canceled, runs until 2 December 2026.',
      they: 'They have access because their Team plan, though canceled, runs until 2 December 2026.',
    },
  ],
  past_due: [
    {
      told: [subscription({ status: 'past_due' })],
      allow: true,
      you: 'You have access while your payment is past due, until 10 November 2026.',
      they: 'They have access while their payment is past due, until 10 November 2026.',
    },
  ],
  grace_over: [
    {
      told: [subscription({ status: 'past_due' })],
      day: 9,
      allow: false,
      you: 'You have no access because your payment failed and the time to fix it ended on 10 November 2026.',
      they: 'They have no access because their payment failed and the time to fix it ended on 10 November 2026.',
    },
  ],
  lifetime: [
    {
      told: [order],
      allow: true,
      you: 'You have access because your Team plan was bought once and for good.',
      they: 'They have access because their Team plan was bought once and for good.',
    },
  ],
  payment_processing: [
    {
      told: [subscription(), ['checkout.session.completed', unpaidCheckout]],
      allow: false,
      you: 'You have no access yet because your bank is still processing the payment.',
      they: 'They have no access yet because their bank is still processing the payment.',
    },
    {
      told: [subscription(), ['checkout.session.completed', unpaidCheckout]],
      policy: { accessWhileProcessing: true },
      allow: true,
      you: 'You have access while your bank is still processing the payment.',
      they: 'They have access while their bank is still processing the payment.',
    },
  ],
  payment_pending: [
    {
      told: [subscription({ status: 'incomplete' })],
      allow: false,
      you: 'You have no access yet because the first payment has not gone through.',
      they: 'They have no access yet because the first payment has not gone through.',
    },
  ],
  payment_failed: [
    {
      told: [subscription(), ['checkout.session.async_payment_failed', unpaidCheckout]],
      allow: false,
      you: 'You have no access because your payment did not go through.',
      they: 'They have no access because their payment did not go through.',
    },
  ],
  refunded: [
    {
      told: [order, ['refund.created', aRefund()]],
      allow: false,
      you: 'You have no access because your payment was refunded.',
      they: 'They have no access because their payment was refunded.',
    },
  ],
  disputed: [
    {
      told: [order, ['charge.dispute.created', aDispute()]],
      policy: { accessWhileDisputed: false },
      allow: false,
      you: 'You have no access while your bank decides about a disputed payment.',
      they: 'They have no access while their bank decides about a disputed payment.',
    },
  ],
  dispute_lost: [
    {
      told: [subscription(), paid, ['charge.dispute.closed', aDispute({ status: 'lost' })]],
      allow: false,
      you: 'You have no access because your bank took the payment back.',
      they: 'They have no access because their bank took the payment back.',
    },
  ],
  paused: [
    {
      told: [paused],
      allow: true,
      you: 'You have access because your Team plan continues while payments are paused.',
      they: 'They have access because their Team plan continues while payments are paused.',
    },
    {
      told: [paused],
      policy: { accessWhilePaused: false },
      allow: false,
      you: 'You have no access because your subscription is paused.',
      they: 'They have no access because their subscription is paused.',
    },
    {
      told: [subscription({ status: 'paused' })],
      allow: false,
      you: 'You have no access because your subscription is paused.',
      they: 'They have no access because their subscription is paused.',
    },
  ],
  unpaid: [
    {
      told: [subscription({ status: 'unpaid' })],
      allow: false,
      you: 'You have no access because your last invoices are unpaid.',
      they: 'They have no access because their last invoices are unpaid.',
    },
  ],
  ended: [
    {
      told: [subscription({ status: 'canceled', ended_at: second(1) })],
      allow: false,
      you: 'You have no access because your subscription ended on 3 November 2026.',
      they: 'They have no access because their subscription ended on 3 November 2026.',
    },
    {
      told: [subscription({ cancel_at: second(5) })],
      day: 6,
      allow: false,
      you: 'You have no access because your subscription ended on 7 November 2026.',
      they: 'They have no access because their subscription ended on 7 November 2026.',
    },
  ],
  never_paid: [
    {
      told: [],
      allow: false,
      you: 'You have no access because nothing has been paid yet.',
      they: 'They have no access because nothing has been paid yet.',
    },
    {
      told: [subscription({ status: 'incomplete_expired' })],
      allow: false,
      you: 'You have no access because nothing has been paid yet.',
      they: 'They have no access because nothing has been paid yet.',
    },
  ],
} as const satisfies Record<AccessReason['code'], readonly Case[]>;

const table = Object.entries(cases).flatMap(([code, of]) =>
  (of as readonly Case[]).map((it) => [code, it.you, it] as const),
);

describe('every answer says why', () => {
  test.each(table)('AC14: %s is one sentence, to the customer and about them: %s', (code, _, it) => {
    const answer = answerOf(it);
    expect(answer).toMatchObject({ allow: it.allow, reason: { code } });
    expect(explainAccess(answer, { plans })).toBe(it.you);
    expect(explainAccess(answer, { plans, person: 'they' })).toBe(it.they);
  });

  test.each(table)(
    'AC1: %s is the answer everywhere, stored and sent on as the function says: %s',
    (_code, _you, it) => {
      const answer = answerOf(it);
      const { life, now, policy } = livedThrough(it);
      expect(access(life.state, policy, now)).toEqual(answer);
      expect(JSON.parse(JSON.stringify(answer.reason))).toEqual(answer.reason);
      const account = life.payloadOf('account:cus_1@app');
      if (answer.allow) {
        const { plans: keys, grants, until } = answer;
        expect(account).toMatchObject({ access: true, reason: answer.reason.code, plans: keys, grants, until });
      } else {
        // Who never had access has no account to bring in step.
        expect(account === undefined || ('access' in account && !account.access)).toBe(true);
      }
    },
  );
});

test('AC14: dates are written in the reader’s language and zone', () => {
  const [it] = cases.active;
  const late = {
    ...answerOf(it),
    reason: { code: 'active', subscriptionId: 'sub_1', renewsAt: '2026-12-31T23:30:00Z' },
  };
  const spoken = explainAccess(late as Access, { plans, locale: 'de', timeZone: 'Europe/Berlin' });
  expect(spoken).toContain('1. Januar 2027');
});

function livedThrough({ told, policy: change, day = 1 }: Case) {
  const policy = aPolicy({ plans, ...change });
  const life = aLife({ policy });
  life.told(onDay(1), ...told);
  if (day > 1) life.passes(onDay(day));
  return { life, policy, now: onDay(day) };
}

function answerOf(it: Case): Access {
  return livedThrough(it).life.access;
}
