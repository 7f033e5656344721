import { expect, test } from 'vitest';
import {
  aCheckoutSession,
  anInvoice,
  anUnpaidInvoice,
  aPlan,
  aPolicy,
  aSubscription,
  BOUGHT_AT,
} from '../testing/index.ts';
import { aLife, onDay } from '../testing/life.ts';
import { aDispute, aRefund } from '../testing/payment-objects.ts';
import type { BillingWord } from './summary.ts';

/** Every word there is, from what Stripe says that leads to it; a new word does not compile until it is here. */

type Events = Parameters<ReturnType<typeof aLife>['told']>[1][];

const subscription = (fields: Record<string, unknown> = {}): Events[number] => [
  'customer.subscription.updated',
  aSubscription(fields),
];
const paid: Events[number] = ['invoice.paid', anInvoice({ payment_intent: 'pi_1' })];

const words: Record<BillingWord, Events> = {
  pending_payment: [subscription({ status: 'incomplete' })],
  processing: [subscription(), ['checkout.session.completed', aCheckoutSession({ payment_status: 'unpaid' })]],
  active: [subscription(), paid],
  trialing: [subscription({ status: 'trialing', trial_end: BOUGHT_AT + 86_400 })],
  past_due: [subscription({ status: 'past_due' })],
  payment_action_required: [
    subscription({ status: 'past_due' }),
    ['invoice.payment_action_required', anUnpaidInvoice({ id: 'in_2' })],
  ],
  paused: [subscription({ pause_collection: { behavior: 'void' } })],
  canceling: [subscription({ cancel_at_period_end: true })],
  canceled: [subscription({ status: 'canceled', ended_at: BOUGHT_AT })],
  refunded: [subscription(), paid, ['refund.created', aRefund()]],
  disputed: [subscription(), paid, ['charge.dispute.created', aDispute()]],
  failed: [subscription({ status: 'incomplete' }), ['invoice.payment_failed', anUnpaidInvoice()]],
};

test.each(Object.entries(words))('the billing axis says %s', (word, told) => {
  const life = aLife({ policy: aPolicy({ plans: [aPlan('team')] }) });
  expect(life.told(onDay(0, 60), ...told).billing).toBe(word);
});

test('what is worse is said of several subscriptions: contested, then to be confirmed, then past due', () => {
  const life = aLife({ policy: aPolicy({ plans: [aPlan('team')] }) });
  const second = { id: 'sub_2', created: BOUGHT_AT + 1 };
  const past = life.told(onDay(0, 60), subscription(), paid, subscription({ ...second, status: 'past_due' }));
  const unpaid = anUnpaidInvoice({ id: 'in_2', subscriptionId: 'sub_2' });
  const asked = life.told(onDay(0, 70), ['invoice.payment_action_required', unpaid]);
  const contested = life.told(onDay(0, 80), ['charge.dispute.created', aDispute()]);
  expect([past.billing, asked.billing, contested.billing]).toEqual(['past_due', 'payment_action_required', 'disputed']);
});
