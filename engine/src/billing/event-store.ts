import { sql } from 'kysely';
import type { Database, Tx } from '../db/database.ts';

/** Events as converging sees them: what is still to be projected, and what only a read can tell. */

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
