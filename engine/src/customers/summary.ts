import { type Access, plansOf, renewsAt } from '../billing/access.ts';
import { moneyBackOfInvoice, periodPayment } from '../billing/money-back.ts';
import { type BillingState, objectsOf, type Subscription } from '../billing/state.ts';
import type { Policy } from '../config.ts';
import { type Identity, identify } from './identity.ts';

/** The billing axis in one word; access, onboarding and sync are told apart from it. */
export type BillingWord =
  | 'pending_payment'
  | 'processing'
  | 'active'
  | 'trialing'
  | 'past_due'
  | 'payment_action_required'
  | 'paused'
  | 'canceling'
  | 'canceled'
  | 'refunded'
  | 'disputed'
  | 'failed';

/** What the customer's row, and the contact in the CRM, say of the billing. */
export interface Summary extends Identity {
  billing: BillingWord;
  plan: string | null;
  amountCents: number | null;
  currency: string | null;
  renewsAt: Date | null;
  firstPaidAt: Date | null;
}

export function summarise(state: BillingState, access: Access, policy: Policy): Summary {
  const subscription = mainSubscription(state, access);
  const { reason } = access;
  const checkoutId = 'checkoutId' in reason ? reason.checkoutId : 'objectId' in reason ? reason.objectId : null;
  const checkout = objectsOf(state, 'checkout').find((it) => it.id === checkoutId);
  const isRunning = subscription !== null && !['canceled', 'incomplete_expired'].includes(subscription.status);
  return {
    ...identify(state),
    billing: billingWord(state, access),
    plan: access.plans[0] ?? (subscription && plansOf(subscription, policy)[0]) ?? null,
    amountCents: subscription ? priceOf(subscription) : (checkout?.amountTotalCents ?? null),
    currency: subscription?.items[0]?.currency ?? checkout?.currency ?? null,
    renewsAt: isRunning && subscription.cancelAt === null ? renewsAt(subscription) : null,
    firstPaidAt: firstPaidAt(state),
  };
}

/** Money that is contested, or that fails, is never hidden behind another subscription that is fine. */
export function billingWord(state: BillingState, access: Access): BillingWord {
  const subscriptions = objectsOf(state, 'subscription');
  if (objectsOf(state, 'dispute').some((it) => it.status === 'open')) return 'disputed';
  if (awaitsConfirmation(state)) return 'payment_action_required';
  // Who never paid has nothing that is past due: the payment failed.
  const isFirst = access.reason.code === 'payment_failed';
  if (!isFirst && subscriptions.some((it) => it.status === 'past_due')) return 'past_due';
  switch (access.reason.code) {
    case 'active':
    case 'lifetime':
      return 'active';
    case 'trialing':
    case 'canceling':
    case 'paused':
      return access.reason.code;
    case 'payment_processing':
      return 'processing';
    case 'past_due':
    case 'grace_over':
      return 'past_due';
    case 'ended':
      return wasPaidBack(state, access) ? 'refunded' : 'canceled';
    case 'refunded':
      return 'refunded';
    case 'disputed':
    case 'dispute_lost':
      return 'disputed';
    case 'payment_failed':
      return 'failed';
    case 'unpaid':
      return 'failed';
    case 'payment_pending':
      return hasFailedInvoice(state) ? 'failed' : 'pending_payment';
    case 'never_paid':
      return subscriptions.length > 0 || hasFailedInvoice(state) ? 'failed' : 'pending_payment';
    default:
      return access.reason satisfies never;
  }
}

/** The bank asks the customer to confirm the newest attempt of an open invoice; until they do, nothing else helps. */
function awaitsConfirmation(state: BillingState): boolean {
  return objectsOf(state, 'invoice').some(
    (it) => it.status === 'open' && it.confirmAttempt > 0 && it.confirmAttempt >= it.failedAttempt,
  );
}

/** It ended, and what was paid last went back: that says more than that it ended. */
function wasPaidBack(state: BillingState, access: Access): boolean {
  const subscription = mainSubscription(state, access);
  const payment = subscription && periodPayment(state, subscription);
  return payment !== null && moneyBackOfInvoice(state, payment).isWhole;
}

/** The one the access decision speaks of, or else the newest. */
export function mainSubscription(state: BillingState, { reason }: Access): Subscription | null {
  const subscriptions = objectsOf(state, 'subscription').sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  const id = 'subscriptionId' in reason ? reason.subscriptionId : 'objectId' in reason ? reason.objectId : null;
  const named = subscriptions.find((it) => it.id === id);
  return named ?? subscriptions[0] ?? null;
}

/** What one period costs; null when an item is priced by tiers or use. */
function priceOf(subscription: Subscription): number | null {
  return subscription.items.reduce<number | null>(
    (sum, item) => (sum === null || item.unitAmount === null ? null : sum + item.unitAmount * item.quantity),
    0,
  );
}

function firstPaidAt(state: BillingState): Date | null {
  const invoices = objectsOf(state, 'invoice').filter((it) => it.status === 'paid' && it.amountPaidCents > 0);
  const checkouts = objectsOf(state, 'checkout').filter((it) => it.mode === 'payment' && it.paymentStatus === 'paid');
  const times = [...invoices.map((it) => it.paidAt ?? it.createdAt), ...checkouts.map((it) => it.createdAt)];
  return times.sort((a, b) => a.getTime() - b.getTime())[0] ?? null;
}

function hasFailedInvoice(state: BillingState): boolean {
  return objectsOf(state, 'invoice').some((it) => it.failedAttempt > 0 && it.status !== 'paid');
}
