import { sql } from 'kysely';
import type { Database, Tx } from '../db/database.ts';
import { type BillingState, billingObjectSchema, type Held } from './state.ts';
import type { Claim } from './subject-store.ts';
import type { Transition } from './transitions.ts';

/** What we believe of each object, and what was noticed to have changed. */

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
