import { sql } from 'kysely';
import { type BillingObject, billingObjectSchema } from '../billing/state.ts';
import type { Claim } from '../billing/subject-store.ts';
import type { Database, Tx } from '../db/database.ts';

/** One object of Stripe's in our own shape, waiting for its subject's turn. */
export interface Staged {
  subjectId: string;
  value: BillingObject;
  /** When its page was asked for: what Stripe did later is not in it. */
  readAt: Date;
}

/** A page read again, after a crash or on a second visit, replaces what it said before. */
export async function stageObjects(tx: Tx, staged: Staged[]): Promise<void> {
  if (staged.length === 0) return;
  const rows = staged.map(({ subjectId, value, readAt }) => ({ id: value.id, subjectId, value, readAt }));
  await sql`
    insert into onpaid.backfill_object (object_id, subject_id, value, read_at)
    -- Of a customer who was merged, to whoever they are now.
    select
      id,
      coalesce((select alias.subject_id from onpaid.object_alias alias where alias.object_id = "subjectId"), "subjectId"),
      value,
      "readAt"
    from json_to_recordset(${JSON.stringify(rows)}::json) as staged (
      id text, "subjectId" text, value jsonb, "readAt" timestamptz
    )
    on conflict (object_id) do update
    set subject_id = excluded.subject_id, value = excluded.value, read_at = excluded.read_at
  `.execute(tx);
}

export async function clearStage(db: Database): Promise<void> {
  await sql`truncate onpaid.backfill_object`.execute(db);
}

export async function readStagedSubjects(db: Database, after: string | null, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct subject_id collate "C" as id
    from onpaid.backfill_object
    where ${after}::text is null or subject_id collate "C" > ${after} collate "C"
    order by id
    limit ${limit}
  `.execute(db);
  return rows.map((row) => row.id);
}

/**
 * Those of these subjects that nobody is at work on and that have no event to converge first, locked and fenced until the
 * transaction ends, made where they are new.
 */
export async function claimForBackfill(tx: Tx, ids: string[], now: Date): Promise<Claim[]> {
  await sql`
    insert into onpaid.subject (id)
    select id from unnest(${ids}::text[]) as listed (id)
    order by id collate "C"
    on conflict (id) do nothing
  `.execute(tx);
  const { rows } = await sql<Claim>`
    with free as (
      select id from onpaid.subject
      where id = any(${ids}) and wanted = done and (lease_until is null or lease_until <= ${now})
      order by id collate "C"
      for no key update skip locked
    )
    update onpaid.subject
    set fence = fence + 1
    from free
    where subject.id = free.id
    returning subject.id, wanted, fence, failures, episodes, verify_wanted_since as "verifyWantedSince"
  `.execute(tx);
  return rows;
}

export async function takeStaged(tx: Tx, subjectIds: string[]): Promise<Staged[]> {
  const { rows } = await sql<{ subjectId: string; value: unknown; readAt: Date }>`
    delete from onpaid.backfill_object
    where subject_id = any(${subjectIds})
    returning subject_id as "subjectId", value, read_at as "readAt"
  `.execute(tx);
  return rows.map((row) => ({ ...row, value: billingObjectSchema.parse(row.value) }));
}

/** How many objects we hold, by kind and status; what has no status counts as `all`. */
export async function countHeld(
  db: Database,
  kinds: string[],
): Promise<{ kind: string; status: string; held: number }[]> {
  const { rows } = await sql<{ kind: string; status: string; held: number }>`
    select kind, coalesce(value ->> 'status', 'all') as status, count(*)::int as held
    from onpaid.billing_object
    where kind = any(${kinds}) and not deleted
    group by kind, status
    order by kind, status
  `.execute(db);
  return rows;
}
