import { sql } from 'kysely';
import type { Database, Tx } from '../db/database.ts';
import type { Delivery } from '../receive/delivery.ts';

export interface KnownEvent {
  id: string;
  type: string;
  subjectId: string | null;
  disposition: Delivery['disposition'];
  outcome: string | null;
  isProjected: boolean;
  /** Null when it was purged, or only its thin twin came. */
  body: Buffer | null;
}

export async function readKnownEvent(db: Database, id: string): Promise<KnownEvent | null> {
  const { rows } = await sql<KnownEvent>`
    select event.id, event.type, event.subject_id as "subjectId", event.disposition, event.outcome,
      event.projected_at is not null as "isProjected",
      (
        select payload.body from onpaid.event_payload payload
        where payload.event_id = event.id and payload.shape = 'snapshot'
        limit 1
      ) as body
    from onpaid.event
    where event.id = ${id}
  `.execute(db);
  return rows[0] ?? null;
}

/**
 * A known event is to be projected again, as if it had just come: with the body that was purged or never came, and as what it
 * is to us now, should its type not have been handled when it arrived. Returns the subject it belongs to.
 */
export async function projectAgain(db: Database, delivery: Delivery, subjectId: string, now: Date): Promise<void> {
  await db.transaction().execute(async (tx) => {
    // The subject before its events, as converging locks them.
    await sql`
      insert into onpaid.subject as subject (id, wanted, wanted_since)
      values (${subjectId}, 1, ${now})
      on conflict (id) do update
      set wanted = subject.wanted + 1, wanted_since = coalesce(subject.wanted_since, excluded.wanted_since)
    `.execute(tx);
    await sql`
      update onpaid.event
      set projected_at = null, outcome = null, disposition = 'recorded', subject_id = ${subjectId},
        object_id = coalesce(object_id, ${delivery.objectId}),
        shapes = case when shapes @> '{snapshot}' then shapes else shapes || '{snapshot}' end
      where id = ${delivery.key}
    `.execute(tx);
    await attachBody(tx, delivery);
  });
}

async function attachBody(tx: Tx, { key, body }: Delivery): Promise<void> {
  await sql`
    insert into onpaid.event_payload (event_id, shape, body)
    select ${key}, 'snapshot', ${body}
    where not exists (select from onpaid.event_payload where event_id = ${key} and shape = 'snapshot')
  `.execute(tx);
}

/** The ledger of one subject, as far as a plan can change it. */
export interface LedgerRow {
  id: string;
  state: string;
  shape: string;
  version: number;
  data: unknown;
}

export async function readLedgerOf(db: Database, subjectId: string): Promise<LedgerRow[]> {
  const { rows } = await sql<LedgerRow>`
    select id, state, shape, version, data
    from onpaid.effect
    where subject_id = ${subjectId}
    order by id
  `.execute(db);
  return rows;
}
