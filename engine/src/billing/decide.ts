import type { Policy } from '../config.ts';
import { customerIdOf } from '../customers/identity.ts';
import type { StoredCustomer } from '../customers/store.ts';
import { type Summary, summarise } from '../customers/summary.ts';
import type { Slot } from '../effects/connection.ts';
import { type PlannedEffect, planEffects } from '../effects/plan.ts';
import { type Access, access, noAccess } from './access.ts';
import { isOverdue, nextMoment } from './due.ts';
import type { EventOutcome, RecordedEvent } from './event-store.ts';
import { readEvent } from './event-types.ts';
import { applySnapshot, isTerminal, project } from './project.ts';
import type { Snapshot } from './snapshot.ts';
import { type BillingObject, type BillingState, catalogueKinds, type Held, objectsOf } from './state.ts';
import { findTransitions, type Transition } from './transitions.ts';

/** Everything known when one subject is converged; gathered first, so that deciding needs no database. */
export interface Gathered {
  before: BillingState;
  customer: StoredCustomer | null;
  events: RecordedEvent[];
  /** A verified read, when that is the cause. */
  snapshot: Snapshot | null;
}

export interface Circumstances {
  policy: Policy;
  slots: ReadonlySet<Slot>;
  liveSince: Date;
  now: Date;
  baseUrl: string;
  canVerify: boolean;
}

/** What one commit will write. */
export interface Decision {
  subjectId: string;
  customerId: string;
  state: BillingState;
  /** The objects that differ from what is stored. */
  changed: Held[];
  transitions: Transition[];
  outcomes: { id: string; shapes: string; outcome: EventOutcome }[];
  /** Why events were not understood. */
  unresolved: { id: string; type: string; reason: string }[];
  access: Access;
  summary: Summary;
  effects: PlannedEffect[];
  lastEvent: { type: string; at: Date } | null;
  dueAt: Date | null;
  /** There is a person or company behind it: what is sold, and what nobody is known for yet, makes no customer. */
  isSomebody: boolean;
  /** What we believe now should be confirmed by a read from Stripe. */
  needsRead: boolean;
  isVerified: boolean;
}

/** Events or a verified read into what to believe, who has access, and what to do about it. */
export function decide(gathered: Gathered, circumstances: Circumstances): Decision {
  const { before, customer, events, snapshot } = gathered;
  const { policy, now, canVerify } = circumstances;
  const projected = projectAll(before, events, canVerify);
  const { outcomes, unresolved } = projected;
  const after = snapshot === null ? projected.state : applySnapshot(before, snapshot);
  const verification = snapshot !== null ? 'verified' : canVerify ? 'provisional' : 'no_key';

  const accessBefore = customer?.access ?? noAccess;
  const accessNow = access(after, policy, now);
  const awaitsProof =
    verification === 'provisional' && takesAway(accessBefore, accessNow) && !isProven(after, accessNow);
  const accessAfter = awaitsProof ? accessBefore : accessNow;

  const found = findTransitions({ before, after, policy, now, accessBefore, accessAfter });
  const isSomebody = belongsToSomebody(after);
  const { transitions, episodes } = isSomebody ? found : { transitions: [], episodes: before.episodes };
  const state = { ...after, episodes };
  const summary = summarise(after, accessNow, policy);
  const originSubjectId = customer?.originSubjectId ?? before.subjectId;
  const customerId = customer?.id ?? customerIdOf(before.subjectId);
  const effects = planEffects({
    ...circumstances,
    after: state,
    accessBefore,
    accessAfter,
    transitions,
    summary,
    verification,
    customer: {
      id: customerId,
      originSubjectId,
      emailVerified: customer?.emailVerifiedAt != null,
      everAllowed: customer?.everAllowed ?? false,
      firstPaidAt: earlier(customer?.firstPaidAt ?? null, summary.firstPaidAt),
    },
  });

  const planned = isSomebody ? effects : [];
  const clockStruck = accessBefore.until !== null && accessBefore.until <= now;
  const newest = events.at(-1);
  return {
    subjectId: before.subjectId,
    customerId,
    state,
    changed: Object.entries(after.objects).flatMap(([id, held]) => (before.objects[id] === held ? [] : held)),
    transitions,
    outcomes,
    unresolved,
    access: accessAfter,
    summary,
    effects: planned,
    isSomebody,
    lastEvent: newest ? { type: newest.type, at: newest.occurredAt } : null,
    dueAt: isSomebody ? nextMoment(after, accessAfter, now) : null,
    isVerified: snapshot !== null,
    needsRead:
      snapshot === null &&
      (events.length > 0 || awaitsProof || clockStruck || isOverdue(after, now) || planned.some((it) => it.held)),
  };
}

function projectAll(before: BillingState, events: RecordedEvent[], canVerify: boolean) {
  const outcomes: Decision['outcomes'] = [];
  const unresolved: Decision['unresolved'] = [];
  let state = before;
  for (const { id, type, occurredAt, body, shapes } of events) {
    // A thin event says whom to look at, and the read that follows looks.
    if (body === null && canVerify) {
      outcomes.push({ id, shapes, outcome: 'unchanged' });
      continue;
    }
    const read = readEvent({ id, type, occurredAt, body: parse(body) });
    if (!read.ok) {
      outcomes.push({ id, shapes, outcome: 'unresolved' });
      unresolved.push({ id, type, reason: body === null ? 'it only names its object' : read.reason });
      continue;
    }
    if (read.event === null) {
      outcomes.push({ id, shapes, outcome: 'unchanged' });
      continue;
    }
    const projection = project(state, read.event);
    state = projection.state;
    outcomes.push({ id, shapes, outcome: projection.outcome });
  }
  return { state, outcomes, unresolved };
}

function parse(body: Buffer | null): unknown {
  if (body === null) return null;
  const text = body.toString('utf8');
  try {
    // PostgreSQL's text and jsonb cannot hold a NUL, and nobody's name needs one.
    return text.includes('\\u0000') ? JSON.parse(text, (_key, value) => withoutNul(value)) : JSON.parse(text);
  } catch {
    return null;
  }
}

function withoutNul(value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '') : value;
}

/** Less than was given: what a payload alone must not decide. */
function takesAway(before: Access, after: Access): boolean {
  return before.allow && (!after.allow || before.grants.some((grant) => !after.grants.includes(grant)));
}

/** Everything bought has ended by Stripe's own word, and endings are not taken back. */
function isProven(state: BillingState, { reason }: Access): boolean {
  const hasEnded = reason.code === 'ended' || reason.code === 'never_paid';
  return hasEnded && objectsOf(state, 'subscription').every(isTerminal);
}

const nobodys: ReadonlySet<BillingObject['kind']> = new Set([
  ...catalogueKinds,
  ...(['payment', 'charge', 'refund', 'dispute', 'fraud_warning', 'payment_method', 'entitlements'] as const),
]);

/**
 * Not so for what is sold, nor for a refund or dispute whose customer is not known yet: it is kept where it is, and told of
 * only once it has moved to whom it concerns.
 */
export function belongsToSomebody({ subjectId, objects }: BillingState): boolean {
  return subjectId.startsWith('cus_') || Object.values(objects).some((held) => !nobodys.has(held.value.kind));
}

function earlier(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}
