import { sql } from 'kysely';
import type { Database, Tx } from '../db/database.ts';
import { type BillingState, billingObjectSchema, type Held } from './state.ts';
import type { Transition } from './transitions.ts';

/** A subject under our claim: what was wanted when we took it, and the fence every write of ours must still match. */
export interface Claim {
  id: string;
  wanted: number;
  fence: number;
  failures: number;
  episodes: Record<string, number>;
  verifyWantedSince: Date | null;
}

const LEASE_SECONDS = 60;

/** Subjects with events to converge, or whose moment has come, oldest first; those another process holds are passed over. */
export async function claimSubjects(db: Database, by: string, limit: number, now: Date): Promise<Claim[]> {
  const { rows } = await sql<Claim>`
    with wanted as (
      select id from onpaid.subject
      where wanted > done
        and (not_before is null or not_before <= ${now})
        and (lease_until is null or lease_until <= ${now})
      order by wanted_since
      limit ${limit}
      for no key update skip locked
    ), due as (
      select id from onpaid.subject
      where due_at <= ${now}
        and (not_before is null or not_before <= ${now})
        and (lease_until is null or lease_until <= ${now})
      order by due_at
      limit ${limit}
      for no key update skip locked
    )
    update onpaid.subject
    set lease_until = ${leaseEnd(now)}, leased_by = ${by}, fence = fence + 1
    where id in (select id from wanted union select id from due)
    returning ${claimColumns}
  `.execute(db);
  return rows;
}

/**
 * Subjects to be read from Stripe. No lease is taken, so that an event arriving while Stripe is slow is converged at once;
 * the read is then thrown away by its fence and asked for again. verify_at, moved on, keeps others from reading the same.
 */
export async function claimVerifications(db: Database, limit: number, now: Date): Promise<Claim[]> {
  const { rows } = await sql<Claim>`
    with due as (
      select id from onpaid.subject
      where verify_at <= ${now} and wanted = done and (lease_until is null or lease_until <= ${now})
      order by verify_at
      limit ${limit}
      for no key update skip locked
    )
    update onpaid.subject
    set verify_at = ${leaseEnd(now)}, fence = fence + 1
    from due
    where subject.id = due.id
    returning ${claimColumns}
  `.execute(db);
  return rows;
}

/**
 * One subject to be read from Stripe though nothing asks for it. As with the others no lease is taken; null while it is being
 * converged, or has events to converge first. Where this process dies, the moment that was set has the subject read.
 */
export async function claimForReading(db: Database, id: string, now: Date): Promise<Claim | null> {
  const { rows } = await sql<Claim>`
    update onpaid.subject
    set verify_at = ${leaseEnd(now)}, fence = fence + 1
    where id = ${id} and wanted = done and (lease_until is null or lease_until <= ${now})
    returning ${claimColumns}
  `.execute(db);
  return rows[0] ?? null;
}

const claimColumns = sql`
  subject.id, subject.wanted, subject.fence, subject.failures, subject.episodes,
  subject.verify_wanted_since as "verifyWantedSince"
`;

function leaseEnd(now: Date): Date {
  return new Date(now.getTime() + LEASE_SECONDS * 1_000);
}

/** Locks the subjects that are still ours, in the order every lock on subjects is taken, and says which those are. */
export async function lockClaims(tx: Tx, claims: Pick<Claim, 'id' | 'fence'>[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select subject.id
    from onpaid.subject
    join unnest(${claims.map((it) => it.id)}::text[], ${claims.map((it) => it.fence)}::bigint[]) as claim (id, fence)
      using (id, fence)
    order by subject.id collate "C"
    for no key update of subject
  `.execute(tx);
  return new Set(rows.map((row) => row.id));
}

export interface RecordedEvent {
  id: string;
  subjectId: string;
  type: string;
  occurredAt: Date;
  origin: string;
  /** Null for a thin event, which only names its object, and for a body already purged. */
  body: Buffer | null;
  /** Which bodies had come when it was read: `snapshot`, `thin`, or both. */
  shapes: string;
}

/** Every event not yet projected, never a range of sequence numbers: a late commit would be skipped. */
export async function readUnprojected(db: Database | Tx, subjectIds: string[]): Promise<RecordedEvent[]> {
  const { rows } = await sql<RecordedEvent>`
    select event.id, event.subject_id as "subjectId", event.type, event.occurred_at as "occurredAt", event.origin, payload.body,
      array_to_string(event.shapes, ',') as shapes
    from onpaid.event
    left join onpaid.event_payload payload on payload.event_id = event.id and payload.shape = 'snapshot'
    where event.subject_id = any(${subjectIds}) and event.projected_at is null and event.disposition = 'recorded'
    order by event.occurred_at, event.seq
  `.execute(db);
  return rows;
}

/**
 * What a read should look for though no body has told of it: checkout sessions that we opened for this customer, when webhooks
 * are late, and what thin events have named.
 */
export async function readUntold(
  db: Database,
  subject: { id: string; stripeCustomerIds: string[] },
  now: Date,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select stripe_session_id as id
    from onpaid.checkout_intent intent
    where stripe_customer_id = any(${[subject.id, ...subject.stripeCustomerIds]})
      and stripe_session_id is not null
      and created_at > ${now}::timestamptz - interval '1 day'
      and not exists (select from onpaid.billing_object known where known.id = intent.stripe_session_id)
    union
    select object_id
    from onpaid.event
    where subject_id = ${subject.id}
      and disposition = 'recorded'
      and object_id is not null
      and shapes = '{thin}'
      and received_at > ${now}::timestamptz - interval '30 days'
      and not exists (select from onpaid.billing_object known where known.id = event.object_id)
  `.execute(db);
  return rows.map((row) => row.id);
}

interface StoredObject {
  id: string;
  subjectId: string;
  value: unknown;
  occurredAt: Date;
  rank: number;
  confidence: Held['confidence'];
  deleted: boolean;
}

export async function readObjects(db: Database | Tx, subjectIds: string[]): Promise<StoredObject[]> {
  const { rows } = await sql<StoredObject>`
    select id, subject_id as "subjectId", value, occurred_at as "occurredAt", rank, confidence, deleted
    from onpaid.billing_object
    where subject_id = any(${subjectIds})
  `.execute(db);
  return rows;
}

/** Rows into the state they hold; throws when a stored document is not one of ours. */
export function stateFrom(claim: Pick<Claim, 'id' | 'episodes'>, rows: StoredObject[]): BillingState {
  const objects: Record<string, Held> = {};
  for (const { id, value, occurredAt, rank, confidence, deleted } of rows) {
    objects[id] = { value: billingObjectSchema.parse(value), stamp: { occurredAt, rank }, confidence, deleted };
  }
  return { subjectId: claim.id, objects, episodes: claim.episodes };
}

/** For a read, which brings anew what cannot be read here: a document that is not one of ours is left out, and named. */
export function readableStateFrom(
  claim: Pick<Claim, 'id' | 'episodes'>,
  rows: StoredObject[],
): { state: BillingState; unreadable: string[] } {
  const isReadable = new Map(rows.map((row) => [row.id, billingObjectSchema.safeParse(row.value).success]));
  const readable = rows.filter((row) => isReadable.get(row.id));
  const unreadable = rows.flatMap((row) => (isReadable.get(row.id) ? [] : row.id));
  return { state: stateFrom(claim, readable), unreadable };
}

export async function saveObjects(tx: Tx, held: { subjectId: string; held: Held }[], now: Date): Promise<void> {
  if (held.length === 0) return;
  const rows = held.map(({ subjectId, held: { value, stamp, confidence, deleted } }) => ({
    id: value.id,
    kind: value.kind,
    subject_id: subjectId,
    value,
    occurred_at: stamp.occurredAt,
    rank: stamp.rank,
    confidence,
    deleted,
  }));
  await sql`
    insert into onpaid.billing_object (id, kind, subject_id, value, occurred_at, rank, confidence, deleted, updated_at)
    select id, kind, subject_id, value, occurred_at, rank, confidence, deleted, ${now}
    from json_to_recordset(${JSON.stringify(rows)}::json) as held (
      id text, kind text, subject_id text, value jsonb, occurred_at timestamptz, rank smallint, confidence text, deleted boolean
    )
    on conflict (id) do update
    set subject_id = excluded.subject_id, value = excluded.value, occurred_at = excluded.occurred_at, rank = excluded.rank,
      confidence = excluded.confidence, deleted = excluded.deleted, updated_at = excluded.updated_at
  `.execute(tx);
}

/** How a change came to be noticed. */
export type TransitionOrigin = 'line' | 'reconcile' | 'backfill';

export async function saveTransitions(
  tx: Tx,
  noticed: { subjectId: string; transition: Transition }[],
  { now, origin }: { now: Date; origin: TransitionOrigin },
): Promise<void> {
  if (noticed.length === 0) return;
  const rows = noticed.map(({ subjectId, transition: { key, kind, objectId, occurredAt, confidence, ...detail } }) => ({
    key,
    kind,
    subject_id: subjectId,
    object_id: objectId,
    occurred_at: occurredAt,
    confidence,
    detail,
  }));
  await sql`
    insert into onpaid.transition (key, kind, subject_id, object_id, occurred_at, noticed_at, confidence, detail, origin)
    select key, kind, subject_id, object_id, occurred_at, ${now}, confidence, detail, ${origin}
    from json_to_recordset(${JSON.stringify(rows)}::json) as noticed (
      key text, kind text, subject_id text, object_id text, occurred_at timestamptz, confidence text, detail jsonb
    )
    on conflict (key) do nothing
  `.execute(tx);
}

/** A read has covered this subject: what was noticed before and what it did not correct (`corrected`, object ids) is confirmed. */
export async function confirmTransitions(tx: Tx, subjectId: string, corrected: string[]): Promise<void> {
  await sql`
    update onpaid.transition
    set confidence = 'verified'
    where subject_id = ${subjectId} and confidence = 'provisional' and not object_id = any(${corrected})
  `.execute(tx);
}

export type EventOutcome = 'applied' | 'stale' | 'unchanged' | 'unresolved';

export async function markProjected(
  tx: Tx,
  outcomes: { id: string; shapes: string; outcome: EventOutcome }[],
  now: Date,
): Promise<void> {
  if (outcomes.length === 0) return;
  // A snapshot that came meanwhile has made it another event, still to be projected; a thin twin that did adds nothing.
  await sql`
    update onpaid.event
    set projected_at = ${now}, outcome = done.outcome
    from unnest(
      ${outcomes.map((it) => it.id)}::text[], ${outcomes.map((it) => it.shapes)}::text[], ${outcomes.map((it) => it.outcome)}::text[]
    ) as done (id, shapes, outcome)
    where event.id = done.id
      and ('snapshot' = any(event.shapes)) = ('snapshot' = any(string_to_array(done.shapes, ',')))
  `.execute(tx);
}

/**
 * What was believed while nobody knew whose it is, forgotten after it moved: its events are projected where it belongs as if they
 * had just come, so that it is noticed and told of there.
 */
export async function forgetOrphans(tx: Tx, subjectId: string, objectIds: string[]): Promise<void> {
  await sql`delete from onpaid.billing_object where id = any(${objectIds})`.execute(tx);
  await sql`
    update onpaid.event
    set projected_at = null, outcome = null
    where subject_id = ${subjectId} and object_id = any(${objectIds}) and disposition = 'recorded'
  `.execute(tx);
}

/** When this installation went live; one that is not stamped yet holds nothing back. */
export async function readLiveSince(db: Database): Promise<Date> {
  const { rows } = await sql<{ live_since: Date }>`select live_since from onpaid.deployment`.execute(db);
  return rows[0]?.live_since ?? new Date(0);
}

export interface Settlement {
  id: string;
  /** What was wanted when the claim was taken: what came later stays due. */
  done: number;
  dueAt: Date | null;
  /** Null when nothing needs to be read. */
  verifyAt: Date | null;
  episodes: Record<string, number>;
  isVerified: boolean;
}

/** Gives the subjects back, done as far as was wanted when they were taken. */
export async function settleSubjects(tx: Tx, settlements: Settlement[], now: Date): Promise<void> {
  await sql`
    update onpaid.subject
    set done = settled.done,
      wanted_since = case when subject.wanted > settled.done then ${now}::timestamptz end,
      due_at = settled."dueAt",
      verify_at = settled."verifyAt",
      verify_wanted_since = case when settled."verifyAt" is not null then coalesce(subject.verify_wanted_since, ${now}) end,
      verified_at = case when settled."isVerified" then ${now} else subject.verified_at end,
      episodes = settled.episodes,
      failures = 0, failure = null, not_before = null, lease_until = null, leased_by = null
    from json_to_recordset(${JSON.stringify(settlements)}::json) as settled (
      id text, done bigint, "dueAt" timestamptz, "verifyAt" timestamptz, episodes jsonb, "isVerified" boolean
    )
    where subject.id = settled.id
  `.execute(tx);
}

/** The subject answers for itself: tried again later, each time later, in nobody's way. */
export async function failSubject(db: Database, claim: Claim, failure: string, retryAt: Date): Promise<void> {
  await sql`
    update onpaid.subject
    set failures = failures + 1, failure = ${failure}, not_before = ${retryAt}, lease_until = null, leased_by = null
    where id = ${claim.id} and fence = ${claim.fence}
  `.execute(db);
}

/** Stripe could not be read: asked again later, while events go on being converged. */
export async function failVerification(db: Database, claim: Claim, failure: string, retryAt: Date): Promise<void> {
  await sql`
    update onpaid.subject
    set failure = ${failure}, verify_at = ${retryAt}
    where id = ${claim.id} and fence = ${claim.fence}
  `.execute(db);
}

/** An id that leads somewhere must exist, though nothing has come for it yet. */
export async function ensureSubject(tx: Tx, subjectId: string): Promise<void> {
  await sql`insert into onpaid.subject (id) values (${subjectId}) on conflict (id) do nothing`.execute(tx);
}

/** Makes these subjects converge again, though no event came. */
export async function wantSubjects(db: Database | Tx, subjectIds: string[], now: Date): Promise<void> {
  await sql`
    with locked as (
      select id from onpaid.subject
      where id = any(${subjectIds})
      order by id collate "C"
      for no key update
    )
    update onpaid.subject
    set wanted = wanted + 1, wanted_since = coalesce(wanted_since, ${now})
    from locked
    where subject.id = locked.id
  `.execute(db);
}
