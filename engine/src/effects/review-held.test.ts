import { expect, test } from 'vitest';
import { type Access, noAccess } from '../billing/access.ts';
import { type BillingObject, type BillingState, emptyState } from '../billing/state.ts';
import { understand } from '../billing/stripe-shapes.ts';
import {
  aCheckoutSession,
  anInvoice,
  anUnpaidInvoice,
  aSubscription,
  BOUGHT_AT,
  type StripeObject,
} from '../testing/index.ts';
import type { EffectKind } from './payloads.ts';
import { type HeldEffect, reviewHeld } from './review-held.ts';

function believing(kind: BillingObject['kind'], raw: StripeObject, change: Partial<BillingObject> = {}): BillingState {
  const read = understand(kind, raw);
  if (!read.ok) throw new Error(read.reason);
  const value = { ...read.object, ...change } as BillingObject;
  const stamp = { occurredAt: new Date(BOUGHT_AT * 1_000), rank: 0 };
  return {
    ...emptyState('cus_1'),
    objects: { [value.id]: { value, stamp, confidence: 'verified', deleted: false } },
  };
}

/** Of the payload only what is looked at. */
const held = (kind: EffectKind, id: string, payload = {}) => [{ id, kind, payload } as HeldEffect];
const failed = held('email.payment_failed', 'payment_failed:in_1:1@email', { invoiceId: 'in_1', attempt: 1 });
const asked = held('chat.payment_action_required', 'payment_action_required:in_1:1@chat', { invoiceId: 'in_1' });
const trial = held('email.trial_ending', 'trial_ending:sub_1@email');
const order = held('email.order_failed', 'order_failed:cs_test_1@email');
const farewell = held('email.access_ended', 'access_ended:sub_1:1@email');
const refunded = held('email.refunded', 'refunded:re_1@email');

const nothing = emptyState('cus_1');
const owed = anUnpaidInvoice();
const trialing = { status: 'trialing', trial_end: BOUGHT_AT + 86_400 };
const allowed: Access = { ...noAccess, allow: true };

test.each<[string, HeldEffect[], BillingState, string | null, Access?]>([
  ['a failure of what is owed', failed, believing('invoice', owed), null],
  ['a failure of what is given up', failed, believing('invoice', { ...owed, status: 'uncollectible' }), null],
  ['a failure of what was paid', failed, believing('invoice', anInvoice()), 'Stripe says the invoice is paid.'],
  ['a failure of what is gone', failed, nothing, 'Stripe no longer has this invoice.'],
  [
    'a failure that asks to confirm',
    failed,
    believing('invoice', owed, { confirmAttempt: 1 }),
    'The bank asked the customer to confirm the payment, which is said in a message of its own.',
  ],
  ['a question that is open', asked, believing('invoice', owed), null],
  ['a question that was answered', asked, believing('invoice', anInvoice()), 'Stripe says the invoice is paid.'],
  ['a question about what is gone', asked, nothing, 'Stripe no longer has this invoice.'],
  ['a trial that runs', trial, believing('subscription', aSubscription(trialing)), null],
  ['a trial that is over', trial, believing('subscription', aSubscription()), 'Stripe says the trial is over.'],
  [
    'a trial that was canceled',
    trial,
    believing('subscription', aSubscription({ ...trialing, cancel_at: BOUGHT_AT + 86_400 })),
    'The subscription ends with the trial.',
  ],
  ['an order that is not paid', order, believing('checkout', aCheckoutSession({ payment_status: 'unpaid' })), null],
  ['an order that is paid', order, believing('checkout', aCheckoutSession()), 'Stripe says the order is paid.'],
  ['an order that is gone', order, nothing, null],
  ['an end of access', farewell, nothing, null],
  ['an end of access that goes on', farewell, nothing, 'Stripe says that access goes on.', allowed],
  ['a refund', refunded, nothing, null],
])('EF11: %s is told, or says what overtook it', (_, effects, state, reason, access = noAccess) => {
  const ids = effects.map(({ id }) => id);
  const expected =
    reason === null ? { release: ids, suppress: [] } : { release: [], suppress: ids.map((id) => ({ id, reason })) };
  expect(reviewHeld(effects, state, access)).toEqual(expected);
});
