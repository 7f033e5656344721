import { type Access, plansOf, renewsAt } from '../billing/access.ts';
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
  | 'paused'
  | 'canceling'
  | 'canceled'
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
  const checkout =
    'checkoutId' in reason ? objectsOf(state, 'checkout').find((it) => it.id === reason.checkoutId) : null;
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

/** A failing payment is never hidden behind another subscription that is fine. */
export function billingWord(state: BillingState, access: Access): BillingWord {
  const subscriptions = objectsOf(state, 'subscription');
  if (subscriptions.some((it) => it.status === 'past_due')) return 'past_due';
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
      return 'canceled';
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

/** The one the access decision speaks of, or else the newest. */
export function mainSubscription(state: BillingState, { reason }: Access): Subscription | null {
  const subscriptions = objectsOf(state, 'subscription').sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  const named = 'subscriptionId' in reason ? subscriptions.find((it) => it.id === reason.subscriptionId) : undefined;
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
