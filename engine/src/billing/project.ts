import { isDeepStrictEqual } from 'node:util';
import { type ProjectableEvent, readStamp } from './event-types.ts';
import type { Snapshot } from './snapshot.ts';
import type { BillingObject, BillingState, Checkout, Held, Invoice, Stamp, Subscription } from './state.ts';

export interface Projection {
  state: BillingState;
  outcome: 'applied' | 'stale' | 'unchanged';
}

/**
 * What we believe after one more event. Newer second wins; within one second an event applies if its rank rises or if what
 * it says was there before is what we hold; an older one never overrides; a terminal state is never left. One object is one
 * document with its children, so parent and children cannot come from different moments.
 */
export function project(state: BillingState, event: ProjectableEvent): Projection {
  const held = state.objects[event.object.id];
  if (held === undefined) return put(state, { ...fresh(event), value: carry(undefined, event) }, 'applied');
  if (held.deleted) return { state, outcome: 'stale' };

  const order = compare(event, held);
  // Even an older event may know what has no order: that an attempt failed, when it was past due.
  const value = order === 'newer' ? carry(held.value, event) : recall(held.value, event);
  if (order === 'older') {
    return isDeepStrictEqual(value, held.value) ? { state, outcome: 'stale' } : put(state, { ...held, value }, 'stale');
  }
  if (order === 'same') return { state, outcome: 'unchanged' };
  const saysTheSame = !event.deletes && isDeepStrictEqual(withoutSightings(value), withoutSightings(held.value));
  if (saysTheSame) return put(state, { ...held, value, stamp: event.stamp }, 'unchanged');
  return put(state, { ...fresh(event), value }, 'applied');
}

/**
 * What we believe after a verified read, which overrides everything before its second, tombstones and terminal states too.
 * What Stripe no longer has becomes a tombstone.
 */
export function applySnapshot(state: BillingState, snapshot: Snapshot): BillingState {
  const objects = { ...state.objects };
  for (const object of snapshot.objects) {
    const held = objects[object.id];
    const stamp = readStamp(object, snapshot.readAt);
    objects[object.id] = {
      value: carry(held?.value, { object, stamp }),
      // Where Stripe's clock runs ahead of ours (or is a test clock), its second stays.
      stamp: held && held.stamp.occurredAt > stamp.occurredAt ? { ...stamp, occurredAt: held.stamp.occurredAt } : stamp,
      confidence: 'verified',
      deleted: false,
    };
  }
  for (const id of snapshot.gone) {
    const held = objects[id];
    if (held) objects[id] = { ...held, confidence: 'verified', deleted: true };
  }
  for (const { id } of snapshot.objects) {
    const held = objects[id];
    if (held?.value.kind === 'invoice') objects[id] = { ...held, value: inferAttempt(held.value, objects) };
  }
  return { ...state, objects };
}

/**
 * What became of the last attempt to pay an open invoice, when no event told us: the invoice counts attempts, and the payment
 * it names says whether the bank refused or asks the customer to confirm.
 */
function inferAttempt(invoice: Invoice, objects: BillingState['objects']): Invoice {
  if (invoice.status !== 'open' || invoice.attemptCount === 0) return invoice;
  const { attemptCount } = invoice;
  for (const id of invoice.paymentIds) {
    const payment = objects[id]?.value;
    if (payment?.kind !== 'payment') continue;
    if (payment.status === 'requires_action' && invoice.confirmAttempt < attemptCount) {
      return { ...invoice, confirmAttempt: attemptCount, confirmAskedAt: null };
    }
    if (payment.status === 'requires_payment_method' && invoice.failedAttempt < attemptCount) {
      return { ...invoice, failedAttempt: attemptCount, failedAt: null, failureCode: payment.failureCode };
    }
  }
  return invoice;
}

/** Nothing but a verified read brings it back. */
export function isTerminal(object: BillingObject): boolean {
  if (object.kind === 'subscription') return object.status === 'canceled' || object.status === 'incomplete_expired';
  return object.kind === 'invoice' && object.status === 'void';
}

function compare(event: ProjectableEvent, held: Held): 'newer' | 'older' | 'same' {
  if (isTerminal(held.value) && !isTerminal(event.object)) return 'older';
  const seconds = event.stamp.occurredAt.getTime() - held.stamp.occurredAt.getTime();
  if (seconds !== 0) return seconds > 0 ? 'newer' : 'older';
  if (event.stamp.rank > held.stamp.rank) return 'newer';
  if (
    isDeepStrictEqual(bare(event.object), bare(held.value)) &&
    isDeepStrictEqual(recall(held.value, event), held.value)
  ) {
    return 'same';
  }
  const followsWhatWeHold = event.previous !== null && isDeepStrictEqual(bare(event.previous), bare(held.value));
  return followsWhatWeHold && event.stamp.rank === held.stamp.rank ? 'newer' : 'older';
}

function fresh(event: ProjectableEvent): Held {
  return { value: event.object, stamp: event.stamp, confidence: 'provisional', deleted: event.deletes };
}

function put(state: BillingState, held: Held, outcome: Projection['outcome']): Projection {
  return { state: { ...state, objects: { ...state.objects, [held.value.id]: held } }, outcome };
}

type Telling = { object: BillingObject; stamp: Stamp };

/** The told object, with what we know of it that no payload carries. */
function carry(held: BillingObject | undefined, told: Telling): BillingObject {
  const { object, stamp } = told;
  if (object.kind === 'subscription') {
    const known = held?.kind === 'subscription' ? held.sightings : object.sightings;
    return withSightings(object, see(known, object.status, stamp.occurredAt));
  }
  if (object.kind === 'invoice' && held?.kind === 'invoice') return withTold(object, held, object);
  if (object.kind === 'checkout' && held?.kind === 'checkout') return withOutcome(object, held, object);
  return object;
}

/** The held object, with what an event that does not override it still tells. */
function recall(held: BillingObject, told: Telling): BillingObject {
  const { object, stamp } = told;
  if (held.kind === 'subscription' && object.kind === 'subscription') {
    return withSightings(held, see(held.sightings, object.status, stamp.occurredAt));
  }
  if (held.kind === 'invoice' && object.kind === 'invoice') return withTold(held, held, object);
  if (held.kind === 'checkout' && object.kind === 'checkout') return withOutcome(held, held, object);
  return held;
}

/** Kept as a set of seconds, because events come in any order and grace must not depend on it. */
function see(known: Subscription['sightings'], status: Subscription['status'], at: Date): Subscription['sightings'] {
  const isPastDue = status === 'past_due';
  const times = new Set(known.pastDue.map((time) => time.getTime()));
  if (isPastDue) times.add(at.getTime());
  const otherwise = isPastDue ? known.otherwise : latest(known.otherwise, at);
  const since = otherwise?.getTime() ?? Number.NEGATIVE_INFINITY;
  const pastDue = [...times].filter((time) => time > since).sort((a, b) => a - b);
  return { pastDue: pastDue.map((time) => new Date(time)), otherwise };
}

function withSightings(subscription: Subscription, sightings: Subscription['sightings']): Subscription {
  // Told both within one second, it turned past due in that second.
  const since = sightings.pastDue[0] ?? sightings.otherwise;
  return { ...subscription, sightings, pastDueSince: subscription.status === 'past_due' ? since : null };
}

function withoutSightings(object: BillingObject): BillingObject {
  return object.kind === 'subscription' ? { ...object, sightings: { pastDue: [], otherwise: null } } : object;
}

/** What was told of attempts and payments has no order: the highest attempt, and everything ever named, stay known. */
function withTold(invoice: Invoice, a: Invoice, b: Invoice): Invoice {
  return {
    ...invoice,
    ...laterFailure(a, b),
    ...laterConfirmation(a, b),
    paymentIds: union(a.paymentIds, b.paymentIds),
    chargeIds: union(a.chargeIds, b.chargeIds),
  };
}

type Failure = Pick<Invoice, 'failedAttempt' | 'failedAt' | 'failureCode'>;

function laterFailure(a: Invoice, b: Invoice): Failure {
  const { failedAttempt, failedAt, failureCode } = a.failedAttempt > b.failedAttempt ? a : b;
  if (a.failedAttempt !== b.failedAttempt) return { failedAttempt, failedAt, failureCode };
  return {
    failedAttempt,
    failedAt: earliest(a.failedAt, b.failedAt),
    failureCode: a.failureCode ?? b.failureCode,
  };
}

function laterConfirmation(a: Invoice, b: Invoice): Pick<Invoice, 'confirmAttempt' | 'confirmAskedAt'> {
  const { confirmAttempt, confirmAskedAt } = a.confirmAttempt > b.confirmAttempt ? a : b;
  if (a.confirmAttempt !== b.confirmAttempt) return { confirmAttempt, confirmAskedAt };
  return { confirmAttempt, confirmAskedAt: earliest(a.confirmAskedAt, b.confirmAskedAt) };
}

function withOutcome(checkout: Checkout, a: Checkout, b: Checkout): Checkout {
  const items = b.items.length > 0 ? b.items : a.items;
  return { ...checkout, items, failedAt: earliest(a.failedAt, b.failedAt) };
}

/** Without what we add, so that two tellings of Stripe's can be compared. */
function bare(object: BillingObject): BillingObject {
  switch (object.kind) {
    case 'subscription':
      return { ...withoutSightings(object), pastDueSince: null } as Subscription;
    case 'invoice': {
      const untold = { failedAttempt: 0, failedAt: null, failureCode: null, confirmAttempt: 0, confirmAskedAt: null };
      return { ...object, ...untold, paymentIds: [], chargeIds: [] };
    }
    case 'checkout':
      return { ...object, items: [], failedAt: null };
    default:
      return object;
  }
}

function union(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])].sort();
}

function latest(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}

function earliest(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}
