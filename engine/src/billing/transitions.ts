import { identify } from '../customers/identity.ts';
import type { Access } from './access.ts';
import { isTerminal } from './project.ts';
import { type BillingState, type Checkout, type Held, type Invoice, objectsOf, type Subscription } from './state.ts';

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
  accessBefore: Access;
  accessAfter: Access;
}

/** The facts that are true after and were not before, with the counts of what can happen again. */
export function findTransitions(change: Change): { transitions: Transition[]; episodes: BillingState['episodes'] } {
  const { before, after } = change;
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
    if (old === held || held.deleted) continue;
    const { value } = held;
    if (value.kind === 'subscription') {
      for (const fact of subscriptionFacts(old?.value as Subscription | undefined, value)) again(fact, held);
    } else if (value.kind === 'invoice') {
      invoiceFacts(old?.value as Invoice | undefined, value, held, once);
    } else if (value.kind === 'customer' && old?.value.kind === 'customer' && old.value.email !== value.email) {
      again({ kind: 'email_changed' }, held);
    }
  }
  // Bought is a fact of several objects: the money may be known before or after what it bought.
  for (const held of Object.values(after.objects)) {
    if (!isPurchased(after, held) || isPurchased(before, before.objects[held.value.id])) continue;
    once({ kind: 'purchased' }, held, '', held.value.createdAt);
  }
  accessFacts(change, again);
  return { transitions, episodes };
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
  return facts;
}

type Once = (fact: TransitionFact, held: Held, suffix?: string, occurredAt?: Date) => void;

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
}

/**
 * A subscription is bought once money for it came, or its trial began; and not before we can say to whom, or have asked
 * Stripe. Its time is when it began, so that an old customer's first event welcomes nobody.
 */
function isPurchased(state: BillingState, held: Held | undefined): boolean {
  if (held === undefined || held.deleted) return false;
  if (held.value.kind === 'checkout') return isPaidOrder(held.value);
  if (held.value.kind !== 'subscription') return false;
  const { id, status } = held.value;
  if (status !== 'active' && status !== 'trialing' && status !== 'past_due') return false;
  const hasPaid = objectsOf(state, 'invoice').some((it) => it.subscriptionId === id && it.status === 'paid');
  const isBuyerKnown = identify(state).email !== null || held.confidence === 'verified';
  return (hasPaid || status === 'trialing') && isBuyerKnown;
}

/** An order of a plan of ours; subscriptions speak for themselves. */
function isPaidOrder(checkout: Checkout): boolean {
  const isPlanOrder = checkout.mode === 'payment' && checkout.planKey !== null;
  return isPlanOrder && checkout.status === 'complete' && checkout.paymentStatus !== 'unpaid';
}

function accessFacts(change: Change, again: (fact: TransitionFact, held: Held, occurredAt?: Date) => void): void {
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
  const ended = reason.code === 'ended' ? reason.endedAt : reason.code === 'grace_over' ? reason.graceEndedAt : null;
  again({ kind: 'access_ended', reason: reason.code }, held, ended === null ? undefined : new Date(ended));
}

function objectOf({ reason }: Access): string | null {
  if ('subscriptionId' in reason) return reason.subscriptionId;
  return 'checkoutId' in reason ? reason.checkoutId : null;
}

function pricesOf(subscription: Subscription): string {
  return subscription.items
    .map((item) => item.lookupKey ?? item.priceId)
    .sort()
    .join('+');
}
