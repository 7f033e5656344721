import type { Policy } from '../config.ts';
import { identify } from '../customers/identity.ts';
import { type Access, hasFailed, plansOfOrder } from './access.ts';
import { isTrialEnding } from './due.ts';
import { isTerminal } from './project.ts';
import {
  type BillingObject,
  type BillingState,
  type Checkout,
  createdAtOf,
  type Dispute,
  type Held,
  type Invoice,
  objectsOf,
  type Refund,
  type Subscription,
} from './state.ts';

/** What changed between two states, as enumerable facts. Effects are planned from these, never from events. */
export type Transition = TransitionFact & {
  /** Unique for good: `invoice_paid:in_1`, `cancel_scheduled:sub_1:2`. */
  key: string;
  objectId: string;
  occurredAt: Date;
  confidence: 'provisional' | 'verified';
};

type TransitionFact =
  /** The first money (or a covered $0 start) for a subscription or one-time order. */
  | { kind: 'purchased' }
  /** Recovered: this payment had failed before, as far as we had been told. */
  | { kind: 'invoice_paid'; amountCents: number; currency: string; recovered: boolean }
  | { kind: 'invoice_payment_failed'; attempt: number }
  /** The bank wants the customer to confirm this attempt: not a failure, and nobody else can do it. */
  | { kind: 'payment_action_required'; attempt: number }
  /** A one-time order whose payment came to nothing after the checkout. */
  | { kind: 'checkout_failed' }
  | { kind: 'trial_ending'; endsAt: string }
  | { kind: 'collection_paused'; resumesAt: string | null }
  | { kind: 'collection_resumed' }
  /** Money went back: once for each refund. */
  | { kind: 'refunded'; amountCents: number; currency: string; whole: boolean }
  | { kind: 'dispute_opened'; reason: string }
  | { kind: 'dispute_closed'; outcome: 'won' | 'lost' | 'withdrawn' }
  | { kind: 'fraud_warned'; fraudType: string }
  | { kind: 'customer_deleted' }
  | { kind: 'subscription_status'; from: string | null; to: string }
  | { kind: 'plan_changed'; from: string | null; to: string }
  | { kind: 'cancel_scheduled'; endsAt: string | null }
  | { kind: 'cancel_withdrawn' }
  | { kind: 'access_granted'; reason: string }
  | { kind: 'access_ended'; reason: string }
  | { kind: 'email_changed' };

export interface Change {
  before: BillingState;
  after: BillingState;
  policy: Policy;
  now: Date;
  accessBefore: Access;
  accessAfter: Access;
}

/** The facts that are true after and were not before, with the counts of what can happen again. */
export function findTransitions(change: Change): { transitions: Transition[]; episodes: BillingState['episodes'] } {
  const { before, after, now, policy } = change;
  const episodes: Record<string, number> = { ...before.episodes };
  const transitions: Transition[] = [];

  function once(fact: TransitionFact, held: Held, suffix = '', occurredAt = held.stamp.occurredAt): void {
    const objectId = held.value.id;
    const key = `${fact.kind}:${objectId}${suffix}`;
    transitions.push({ ...fact, key, objectId, occurredAt, confidence: held.confidence });
  }
  function again(fact: TransitionFact, held: Held, occurredAt?: Date): void {
    const counted = `${fact.kind}:${held.value.id}`;
    const episode = (episodes[counted] ?? 0) + 1;
    episodes[counted] = episode;
    once(fact, held, `:${episode}`, occurredAt);
  }

  for (const [id, held] of Object.entries(after.objects)) {
    const old = before.objects[id];
    if (old === held) continue;
    if (held.deleted) {
      if (held.value.kind === 'customer' && old?.deleted === false) once({ kind: 'customer_deleted' }, held);
      continue;
    }
    objectFacts(old?.value, held, after, once, again);
  }
  // Facts of more than one object, or of the clock: what changed does not tell where to look.
  for (const held of Object.values(after.objects)) {
    const { value } = held;
    if (held.deleted) continue;
    const old = before.objects[value.id];
    if (value.kind === 'subscription') trialFacts(old?.value, value, held, now, episodes, once);
    if (isFailedOrder(after, held) && !isFailedOrder(before, old)) {
      once({ kind: 'checkout_failed' }, held, '', (value as Checkout).failedAt ?? undefined);
    }
    if (isPurchased(after, held, policy) && !isPurchased(before, old, policy)) {
      once({ kind: 'purchased' }, held, '', boughtAt(after, held, old));
    }
  }
  accessFacts(change, again);
  return { transitions, episodes };
}

type Once = (fact: TransitionFact, held: Held, suffix?: string, occurredAt?: Date) => void;
type Again = (fact: TransitionFact, held: Held, occurredAt?: Date) => void;

function objectFacts(old: BillingObject | undefined, held: Held, after: BillingState, once: Once, again: Again): void {
  const { value } = held;
  switch (value.kind) {
    case 'subscription':
      for (const fact of subscriptionFacts(old as Subscription | undefined, value)) again(fact, held);
      return;
    case 'invoice':
      invoiceFacts(old as Invoice | undefined, value, held, once);
      return;
    case 'customer':
      if (old?.kind === 'customer' && old.email !== value.email) again({ kind: 'email_changed' }, held);
      return;
    case 'refund':
      refundFacts(old as Refund | undefined, value, held, after, once);
      return;
    case 'dispute':
      disputeFacts(old as Dispute | undefined, value, held, once);
      return;
    case 'fraud_warning':
      if (old === undefined) once({ kind: 'fraud_warned', fraudType: value.fraudType }, held, '', value.createdAt);
      return;
    case 'checkout':
    case 'payment':
    case 'charge':
    case 'payment_method':
    case 'entitlements':
    case 'product':
    case 'price':
      return;
    default:
      value satisfies never;
  }
}

function subscriptionFacts(old: Subscription | undefined, now: Subscription): TransitionFact[] {
  const facts: TransitionFact[] = [];
  if (old?.status !== now.status) {
    facts.push({ kind: 'subscription_status', from: old?.status ?? null, to: now.status });
  }
  if (old && pricesOf(old) !== pricesOf(now)) {
    facts.push({ kind: 'plan_changed', from: pricesOf(old), to: pricesOf(now) });
  }
  if (!isTerminal(now) && old?.cancelAt?.getTime() !== now.cancelAt?.getTime()) {
    if (now.cancelAt) facts.push({ kind: 'cancel_scheduled', endsAt: now.cancelAt.toISOString() });
    else if (old?.cancelAt) facts.push({ kind: 'cancel_withdrawn' });
  }
  if (now.collectionPaused !== (old?.collectionPaused ?? false)) {
    const resumesAt = now.collectionResumesAt?.toISOString() ?? null;
    facts.push(now.collectionPaused ? { kind: 'collection_paused', resumesAt } : { kind: 'collection_resumed' });
  }
  return facts;
}

/**
 * Once for each subscription, however often the trial is extended. Who has canceled is asked for no money; who takes that back
 * is, and is told so if they were not yet.
 */
function trialFacts(
  old: BillingObject | undefined,
  subscription: Subscription,
  held: Held,
  now: Date,
  episodes: Record<string, number>,
  once: Once,
): void {
  const counted = `trial_ending:${subscription.id}`;
  if (subscription.cancelAt !== null || !isTrialEnding(subscription, now)) return;
  const wasCanceling = old?.kind === 'subscription' && old.cancelAt !== null;
  if (episodes[counted] !== undefined && !wasCanceling) return;
  episodes[counted] = 1;
  once({ kind: 'trial_ending', endsAt: subscription.trialEnd?.toISOString() ?? '' }, held, '', now);
}

function refundFacts(old: Refund | undefined, now: Refund, held: Held, after: BillingState, once: Once): void {
  if (now.status !== 'succeeded' || old?.status === 'succeeded') return;
  const { amountCents, currency } = now;
  const charge = objectsOf(after, 'charge').find((it) => it.id === now.chargeId);
  const payment = objectsOf(after, 'payment').find((it) => it.id === now.paymentId);
  const whole = amountCents >= (charge?.amountCents ?? payment?.amountCents ?? Number.POSITIVE_INFINITY);
  // One that was on its way has gone through now; one we never heard of, when it was made.
  once({ kind: 'refunded', amountCents, currency, whole }, held, '', old === undefined ? now.createdAt : undefined);
}

/** An inquiry that becomes a dispute opens then; one that is answered never was one. */
function disputeFacts(old: Dispute | undefined, now: Dispute, held: Held, once: Once): void {
  const wasOpened = old !== undefined && old.status !== 'inquiry';
  const isOpened = now.status === 'open' || now.status === 'won' || now.status === 'lost';
  const openedAt = old === undefined ? now.createdAt : undefined;
  if (!wasOpened && isOpened) once({ kind: 'dispute_opened', reason: now.reason }, held, '', openedAt);
  const { status } = now;
  if (status === 'open' || status === 'inquiry' || status === old?.status) return;
  if (wasOpened || isOpened) once({ kind: 'dispute_closed', outcome: status }, held);
}

function invoiceFacts(old: Invoice | undefined, now: Invoice, held: Held, once: Once): void {
  if (now.status === 'paid' && old?.status !== 'paid') {
    const { amountPaidCents: amountCents, currency } = now;
    const recovered = (old?.failedAttempt ?? 0) > 0;
    once({ kind: 'invoice_paid', amountCents, currency, recovered }, held, '', now.paidAt ?? undefined);
  }
  const isOwed = now.status === 'open' || now.status === 'uncollectible';
  if (isOwed && now.failedAttempt > (old?.failedAttempt ?? 0)) {
    const attempt = now.failedAttempt;
    once({ kind: 'invoice_payment_failed', attempt }, held, `:${attempt}`, now.failedAt ?? undefined);
  }
  if (isOwed && now.confirmAttempt > (old?.confirmAttempt ?? 0)) {
    const attempt = now.confirmAttempt;
    once({ kind: 'payment_action_required', attempt }, held, `:${attempt}`, now.confirmAskedAt ?? undefined);
  }
}

/**
 * A subscription is bought once money for it came, or its trial began; and not before we can say to whom, or have asked
 * Stripe. Its time is when it began, so that an old customer's first event welcomes nobody.
 */
function isPurchased(state: BillingState, held: Held | undefined, policy: Policy): boolean {
  if (held === undefined || held.deleted) return false;
  if (held.value.kind === 'checkout') return isPaidOrder(held.value, policy);
  if (held.value.kind !== 'subscription') return false;
  const { id, status } = held.value;
  if (status !== 'active' && status !== 'trialing' && status !== 'past_due') return false;
  const hasPaid = objectsOf(state, 'invoice').some((it) => it.subscriptionId === id && it.status === 'paid');
  const isBuyerKnown = identify(state).email !== null || held.confidence === 'verified';
  return (hasPaid || status === 'trialing') && isBuyerKnown;
}

/** An order of a plan of ours; subscriptions speak for themselves. */
function isPaidOrder(checkout: Checkout, policy: Policy): boolean {
  if (checkout.mode !== 'payment' || checkout.status !== 'complete' || checkout.paymentStatus === 'unpaid')
    return false;
  return plansOfOrder(checkout, policy).length > 0;
}

function isFailedOrder(state: BillingState, held: Held | undefined): boolean {
  if (held === undefined || held.value.kind !== 'checkout' || held.value.mode !== 'payment') return false;
  return hasFailed(state, held.value);
}

/** When the first money came, where that is told; what began long ago and was paid unheard of is as old as its beginning. */
function boughtAt(state: BillingState, { value, stamp }: Held, old: Held | undefined): Date {
  if (value.kind === 'checkout') {
    // A bank debit takes days: it is bought when it arrives.
    const { value: before } = old ?? {};
    const hadToWait = before?.kind === 'checkout' && before.status === 'complete' && before.paymentStatus === 'unpaid';
    return hadToWait ? stamp.occurredAt : value.createdAt;
  }
  const first = objectsOf(state, 'invoice').find(
    (it) => it.subscriptionId === value.id && it.billingReason === 'subscription_create' && it.status === 'paid',
  );
  return first?.paidAt ?? createdAtOf(value) ?? stamp.occurredAt;
}

function accessFacts(change: Change, again: Again): void {
  const { after, before, accessBefore, accessAfter } = change;
  if (accessBefore.allow === accessAfter.allow) return;
  const { reason } = accessAfter;
  // Of what there is no reason any more (a deleted customer), the last reason speaks.
  const id = objectOf(accessAfter) ?? objectOf(accessBefore);
  const held = id === null ? undefined : (after.objects[id] ?? before.objects[id]);
  if (held === undefined) return;
  if (accessAfter.allow) {
    again({ kind: 'access_granted', reason: reason.code }, held);
    return;
  }
  again({ kind: 'access_ended', reason: reason.code }, held, endedAt(after, reason) ?? undefined);
}

/** Where the object that gave access is not what ended it: the clock did, or money that went back. */
function endedAt(state: BillingState, reason: Access['reason']): Date | null {
  switch (reason.code) {
    case 'ended':
      return reason.endedAt === null ? null : new Date(reason.endedAt);
    case 'grace_over':
      return new Date(reason.graceEndedAt);
    case 'refunded': {
      const refunds = objectsOf(state, 'refund').filter((it) => it.status === 'succeeded');
      return refunds.map((it) => it.createdAt).sort((a, b) => b.getTime() - a.getTime())[0] ?? null;
    }
    case 'disputed':
    case 'dispute_lost':
      return state.objects[reason.disputeId]?.stamp.occurredAt ?? null;
    default:
      return null;
  }
}

/** The subscription or checkout that a decision speaks of. */
export function objectOf({ reason }: Access): string | null {
  if ('subscriptionId' in reason) return reason.subscriptionId;
  if ('objectId' in reason) return reason.objectId;
  return 'checkoutId' in reason ? reason.checkoutId : null;
}

function pricesOf(subscription: Subscription): string {
  return subscription.items
    .map((item) => item.lookupKey ?? item.priceId)
    .sort()
    .join('+');
}
