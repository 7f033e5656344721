import type { Plan, Policy } from '../config.ts';
import { type MoneyBack, moneyBackOfInvoice, moneyBackOfOrder, paidInvoices, periodPayment } from './money-back.ts';
import { type BillingState, type Checkout, type Invoice, objectsOf, type Subscription } from './state.ts';

/** Why somebody has or lacks access. The same answer gates the portal, feeds the API, and is printed as the explanation. */
export type AccessReason =
  | { code: 'active'; subscriptionId: string; renewsAt: string | null }
  | { code: 'trialing'; subscriptionId: string; trialEndsAt: string | null }
  | { code: 'canceling'; subscriptionId: string; endsAt: string | null }
  | { code: 'past_due'; subscriptionId: string; graceEndsAt: string }
  | { code: 'grace_over'; subscriptionId: string; graceEndedAt: string }
  | { code: 'lifetime'; checkoutId: string }
  /** `objectId`: the subscription or the checkout whose money is on its way. */
  | { code: 'payment_processing'; objectId: string }
  | { code: 'payment_pending'; subscriptionId: string }
  | { code: 'payment_failed'; objectId: string }
  /** `objectId`: the subscription or the checkout that was paid back, or is contested. */
  | { code: 'refunded'; objectId: string }
  | { code: 'disputed'; objectId: string; disputeId: string }
  | { code: 'dispute_lost'; objectId: string; disputeId: string }
  | { code: 'paused'; subscriptionId: string }
  | { code: 'unpaid'; subscriptionId: string }
  | { code: 'ended'; subscriptionId: string; endedAt: string | null }
  | { code: 'never_paid' };

export interface Access {
  allow: boolean;
  reason: AccessReason;
  /** When time alone will change this answer; null when it will not. */
  until: Date | null;
  /** Keys of the plans that give it. */
  plans: string[];
  grants: string[];
}

export const noAccess: Access = { allow: false, reason: { code: 'never_paid' }, until: null, plans: [], grants: [] };

const DAY_MS = 86_400_000;

/** Best first: of several reasons for the same answer, the earlier is told. */
const strongest: readonly AccessReason['code'][] = [
  'lifetime',
  'active',
  'trialing',
  'canceling',
  'past_due',
  'paused',
  'disputed',
  'payment_processing',
  'grace_over',
  'unpaid',
  'payment_pending',
  'payment_failed',
  'dispute_lost',
  'refunded',
  'ended',
  'never_paid',
];

/** The best of everything bought: one reason is told, and the plans and grants of all that allow are joined. */
export function access(state: BillingState, policy: Policy, now: Date): Access {
  const claims = [
    ...objectsOf(state, 'subscription').map((subscription) =>
      contested(claimOf(state, subscription, policy, now), moneyBackOf(state, subscription), subscription.id, policy),
    ),
    ...objectsOf(state, 'checkout').flatMap((checkout) => oneTimeClaim(state, checkout, policy)),
  ];
  const allowing = claims.filter((claim) => claim.allow);
  const best = (allowing.length > 0 ? allowing : claims).sort(byStrength)[0];
  if (best === undefined) return noAccess;
  const plans = [...new Set(allowing.flatMap((claim) => claim.plans))];
  const entitled = best.allow ? objectsOf(state, 'entitlements').flatMap((it) => it.lookupKeys) : [];
  const granted = plans.flatMap((key) => policy.plans.find((plan) => plan.key === key)?.grants ?? []);
  return {
    allow: best.allow,
    reason: best.reason,
    // Any of them running out changes what is granted; the answer is asked again then.
    until: earliest(allowing.map((claim) => claim.until)),
    plans,
    grants: [...new Set([...granted, ...entitled])].sort(),
  };
}

/** The keys of our plans that a subscription's items carry; never read from invoice lines. */
export function plansOf({ items }: Subscription, policy: Policy): string[] {
  return plansSold(items, policy);
}

interface Sold {
  priceId: string;
  productId: string;
  lookupKey: string | null;
}

/** A plan is known by its prices' lookup keys, or by the prices and products named for it; a price says more than a product. */
function plansSold(items: readonly Sold[], policy: Policy): string[] {
  const sold = new Set(items.flatMap((item) => plansOfItem(item, policy)));
  return policy.plans.filter((plan) => sold.has(plan)).map(({ key }) => key);
}

function plansOfItem({ priceId, lookupKey, productId }: Sold, { plans }: Policy): Plan[] {
  const byPrice = plans.filter(
    (plan) => plan.prices.some((price) => price.lookupKey === lookupKey) || plan.priceIds.includes(priceId),
  );
  return byPrice.length > 0 ? byPrice : plans.filter((plan) => plan.productIds.includes(productId));
}

/** The keys of our plans that a one-time order buys: what its metadata says, or else what it sold. */
export function plansOfOrder(checkout: Checkout, policy: Policy): string[] {
  const named = policy.plans.filter((plan) => plan.key === checkout.planKey).map(({ key }) => key);
  return named.length > 0 ? named : plansSold(checkout.items, policy);
}

export function renewsAt(subscription: Subscription): Date | null {
  return earliest(subscription.items.map((item) => item.currentPeriodEnd));
}

type Claim = Omit<Access, 'grants'>;

function claimOf(state: BillingState, subscription: Subscription, policy: Policy, now: Date): Claim {
  const subscriptionId = subscription.id;
  const plans = plansOf(subscription, policy);
  const { allowed, denied } = answers(plans);

  switch (subscription.status) {
    case 'active':
    case 'trialing':
    case 'past_due': {
      const endsAt = subscription.cancelAt;
      if (endsAt !== null && endsAt <= now)
        return denied({ code: 'ended', subscriptionId, endedAt: endsAt.toISOString() });
      const money = firstMoney(state, subscription);
      // Grace is for who has paid before.
      if (money === 'failed') return denied({ code: 'payment_failed', objectId: subscriptionId });
      if (money === 'coming') {
        const reason: AccessReason = { code: 'payment_processing', objectId: subscriptionId };
        return policy.accessWhileProcessing ? allowed(reason) : denied(reason);
      }
      return runningClaim(subscription, plans, policy, now);
    }
    case 'paused':
      // A trial that ended without a way to pay: unlike paused collection, nobody agreed to give anything.
      return denied({ code: 'paused', subscriptionId });
    case 'unpaid':
      return denied({ code: 'unpaid', subscriptionId });
    case 'incomplete':
      return denied({ code: 'payment_pending', subscriptionId });
    case 'incomplete_expired':
      return denied({ code: 'never_paid' });
    case 'canceled':
      return denied({ code: 'ended', subscriptionId, endedAt: iso(subscription.endedAt ?? subscription.canceledAt) });
    default:
      return subscription.status satisfies never;
  }
}

/** A subscription that has begun and has not ended; one that will end does so whatever else is true of it. */
function runningClaim(subscription: Subscription, plans: string[], policy: Policy, now: Date): Claim {
  const { id: subscriptionId, status, trialEnd, cancelAt: endsAt } = subscription;
  const { allowed, denied } = answers(plans);
  if (status === 'past_due') {
    const graceEnd = new Date((subscription.pastDueSince ?? now).getTime() + policy.graceDays * DAY_MS);
    if (graceEnd <= now) return denied({ code: 'grace_over', subscriptionId, graceEndedAt: graceEnd.toISOString() });
    const reason: AccessReason = { code: 'past_due', subscriptionId, graceEndsAt: graceEnd.toISOString() };
    return allowed(reason, earliest([graceEnd, endsAt]));
  }
  if (isPaused(subscription, now)) {
    const reason: AccessReason = { code: 'paused', subscriptionId };
    return policy.accessWhilePaused ? allowed(reason, endsAt) : denied(reason);
  }
  if (endsAt !== null) return allowed({ code: 'canceling', subscriptionId, endsAt: endsAt.toISOString() }, endsAt);
  if (status === 'active') return allowed({ code: 'active', subscriptionId, renewsAt: iso(renewsAt(subscription)) });
  // What follows a trial is Stripe's to say; its end only makes us ask.
  const until = trialEnd !== null && trialEnd > now ? trialEnd : null;
  return allowed({ code: 'trialing', subscriptionId, trialEndsAt: iso(trialEnd) }, until);
}

function answers(plans: string[]) {
  return {
    allowed: (reason: AccessReason, until: Date | null = null): Claim => ({ allow: true, reason, until, plans }),
    denied: (reason: AccessReason): Claim => ({ allow: false, reason, until: null, plans }),
  };
}

/** A pause that has an end is over then, whether or not anybody told us. */
function isPaused({ collectionPaused, collectionResumesAt }: Subscription, now: Date): boolean {
  return collectionPaused && (collectionResumesAt === null || collectionResumesAt > now);
}

/** A one-time payment gives what its plan gives, for good; one for something that is no plan of ours gives nothing. */
function oneTimeClaim(state: BillingState, checkout: Checkout, policy: Policy): Claim[] {
  const plans = plansOfOrder(checkout, policy);
  const { id: checkoutId } = checkout;
  if (checkout.mode !== 'payment' || checkout.status !== 'complete' || plans.length === 0) return [];
  if (checkout.paymentStatus !== 'unpaid') {
    const bought: Claim = { allow: true, reason: { code: 'lifetime', checkoutId }, until: null, plans };
    return [contested(bought, moneyBackOfOrder(state, checkout), checkoutId, policy)];
  }
  if (hasFailed(state, checkout)) {
    return [{ allow: false, reason: { code: 'payment_failed', objectId: checkoutId }, until: null, plans }];
  }
  const reason: AccessReason = { code: 'payment_processing', objectId: checkoutId };
  return [{ allow: policy.accessWhileProcessing, reason, until: null, plans }];
}

/** The money for it came to nothing: an event said so, or a read found the payment waiting for another way to pay. */
export function hasFailed(state: BillingState, checkout: Checkout): boolean {
  if (checkout.paymentStatus !== 'unpaid' || checkout.status !== 'complete') return false;
  const payment = objectsOf(state, 'payment').find((it) => it.id === checkout.paymentId);
  return checkout.failedAt !== null || payment?.status === 'requires_payment_method' || payment?.status === 'canceled';
}

/** Disputes of anything paid for it count while they are open; refunds and lost disputes only of what pays for the present. */
function moneyBackOf(state: BillingState, subscription: Subscription): MoneyBack {
  const current = periodPayment(state, subscription);
  const open = paidInvoices(state, subscription)
    .flatMap((invoice) => moneyBackOfInvoice(state, invoice).disputes)
    .filter((dispute) => dispute.status === 'open');
  if (current === null) return { refundedCents: 0, isWhole: false, disputes: open };
  const { disputes, ...rest } = moneyBackOfInvoice(state, current);
  return { ...rest, disputes: [...disputes.filter((dispute) => dispute.status !== 'open'), ...open] };
}

/** What was bought, after its money went back or was contested. An inquiry moves no money, so it changes nothing. */
function contested(claim: Claim, back: MoneyBack, objectId: string, policy: Policy): Claim {
  if (!claim.allow) return claim;
  const denied = (reason: AccessReason): Claim => ({ ...claim, allow: false, reason, until: null });
  const lost = back.disputes.find((dispute) => dispute.status === 'lost');
  if (lost && !policy.accessAfterLostDispute) return denied({ code: 'dispute_lost', objectId, disputeId: lost.id });
  if (back.isWhole && !policy.accessAfterRefund) return denied({ code: 'refunded', objectId });
  const open = back.disputes.find((dispute) => dispute.status === 'open');
  if (open && !policy.accessWhileDisputed) return denied({ code: 'disputed', objectId, disputeId: open.id });
  return claim;
}

/** Something runs, or seems to, and nothing has been paid for it yet. */
export function awaitsFirstMoney(state: BillingState, subscription: Subscription): boolean {
  return subscription.status === 'incomplete' || firstMoney(state, subscription) !== 'came';
}

/**
 * What became of the first money for a subscription that says it runs: with a bank debit it says so while the money is still to
 * come. The checkout or the payment of its invoice tells, whichever we were told of.
 */
function firstMoney(state: BillingState, subscription: Subscription): 'came' | 'coming' | 'failed' {
  const { id, status } = subscription;
  if (status !== 'active' && status !== 'past_due') return 'came';
  if (paidInvoices(state, subscription).length > 0) return 'came';
  const unpaid = objectsOf(state, 'checkout').find(
    (it) => it.subscriptionId === id && it.status === 'complete' && it.paymentStatus === 'unpaid',
  );
  if (unpaid && hasFailed(state, unpaid)) return 'failed';
  const owed = owedInvoices(state, subscription);
  if (status === 'past_due') {
    return unpaid || owed.some((it) => it.billingReason === 'subscription_create') ? 'failed' : 'came';
  }
  return unpaid || owed.some((invoice) => isBeingPaid(state, invoice)) ? 'coming' : 'came';
}

function owedInvoices(state: BillingState, { id }: Subscription): Invoice[] {
  return objectsOf(state, 'invoice').filter(
    (it) => it.subscriptionId === id && (it.status === 'open' || it.status === 'uncollectible'),
  );
}

function isBeingPaid(state: BillingState, { id, paymentIds }: Invoice): boolean {
  return objectsOf(state, 'payment').some(
    (it) => it.status === 'processing' && (it.invoiceId === id || paymentIds.includes(it.id)),
  );
}

function byStrength(a: Claim, b: Claim): number {
  return (
    strongest.indexOf(a.reason.code) - strongest.indexOf(b.reason.code) ||
    (b.until?.getTime() ?? 0) - (a.until?.getTime() ?? 0) ||
    byId(a, b)
  );
}

/** Of equals the same one is told every time: rows come in any order, and an answer that differs is sent to the app again. */
function byId(a: Claim, b: Claim): number {
  const [one, other] = [JSON.stringify(a.reason), JSON.stringify(b.reason)];
  return one < other ? -1 : Number(one > other);
}

function earliest(times: (Date | null)[]): Date | null {
  return times.reduce((first, time) => (first === null || (time !== null && time < first) ? time : first), null);
}

function iso(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}
