import { sql } from 'kysely';
import type { Claim } from '../billing/subject-store.ts';
import type { Database, Tx } from '../db/database.ts';

/** Whose an id is by now: a guest who became a customer, a customer who was merged, an object that names nobody. */

/** For each of these ids that has become somebody else's: whose, followed to the end. */
export async function readAliases(db: Database | Tx, ids: string[]): Promise<Map<string, string>> {
  // Moving re-points whatever led to the one moved, so a chain is rare; a cycle would be a broken promise, and ends here too.
  const { rows } = await sql<{ id: string; subjectId: string }>`
    with recursive walk as (
      select object_id as id, subject_id, 1 as steps
      from onpaid.object_alias
      where object_id = any(${ids})
      union all
      select walk.id, next.subject_id, walk.steps + 1
      from walk
      join onpaid.object_alias next on next.object_id = walk.subject_id
      where walk.steps < 20
    )
    select distinct on (id) id, subject_id as "subjectId"
    from walk
    order by id, steps desc
  `.execute(db);
  return new Map(rows.flatMap(({ id, subjectId }) => (id === subjectId ? [] : [[id, subjectId] as const])));
}

/** The subjects that hold these objects, by object id; what nobody holds is absent. */
export async function ownersOf(db: Database | Tx, objectIds: string[]): Promise<Map<string, string>> {
  if (objectIds.length === 0) return new Map();
  const { rows } = await sql<{ id: string; subjectId: string }>`
    select id, subject_id as "subjectId"
    from onpaid.billing_object
    where id = any(${objectIds})
  `.execute(db);
  const holders = new Map([
    ...(await readAliases(db, objectIds)),
    ...rows.map((row) => [row.id, row.subjectId] as const),
  ]);
  // A holder may itself have become somebody else's between the two statements.
  const moved = await readAliases(db, [...new Set(holders.values())]);
  return new Map([...holders].map(([id, holder]) => [id, moved.get(holder) ?? holder]));
}

/** Every id that a buyer has at Stripe as a customer, beside the subject's own. */
export async function readMergedStripeCustomers(db: Database | Tx, subjectId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select object_id as id
    from onpaid.object_alias
    where subject_id = ${subjectId} and starts_with(object_id, 'cus_')
    union
    select id
    from onpaid.billing_object
    where subject_id = ${subjectId} and kind = 'customer' and not deleted and id <> ${subjectId}
    order by id
  `.execute(db);
  return rows.map((row) => row.id);
}

/**
 * What came for a subject that has become another's goes on to that one, and so does the wish for a read. False when the
 * claim is no longer ours: whoever took it hands over instead.
 */
export async function forwardSubject(tx: Tx, claim: Claim, toId: string, now: Date): Promise<boolean> {
  if (!(await lockSubjects(tx, [claim.id, toId])).some((it) => it.id === claim.id && it.fence === claim.fence))
    return false;
  await sql`
    with passed_on as (
      update onpaid.event
      set subject_id = ${toId}
      where subject_id = ${claim.id}
    ), source as (
      select verify_at from onpaid.subject where id = ${claim.id}
    )
    update onpaid.subject
    set wanted = wanted + 1, wanted_since = coalesce(wanted_since, ${now}),
      verify_at = case when source.verify_at is null then subject.verify_at else ${now}::timestamptz end,
      verify_wanted_since = case
        when source.verify_at is null then subject.verify_wanted_since
        else coalesce(subject.verify_wanted_since, ${now})
      end
    from source
    where subject.id = ${toId}
  `.execute(tx);
  await leaveSubject(tx, claim.id, now);
  return true;
}

export interface LockedSubject {
  id: string;
  fence: number;
}

/** In the order in which every lock on subjects is taken. */
export async function lockSubjects(tx: Tx, ids: string[]): Promise<LockedSubject[]> {
  const { rows } = await sql<LockedSubject>`
    select id, fence
    from onpaid.subject
    where id = any(${ids})
    order by id collate "C"
    for no key update
  `.execute(tx);
  return rows;
}

/** Nothing is left to do for it, and whoever was at work on it writes nothing. */
export async function leaveSubject(tx: Tx, subjectId: string, now: Date): Promise<void> {
  await sql`
    update onpaid.subject
    set done = wanted, wanted_since = null, due_at = null, verify_at = null, verify_wanted_since = null,
      -- Whoever asks for reads of it again and again is slowed down by this.
      verified_at = ${now},
      failures = 0, failure = null, not_before = null, fence = fence + 1, lease_until = null, leased_by = null
    where id = ${subjectId}
  `.execute(tx);
}

/** Whoever was at work on it writes nothing; it is converged and read anew. */
export async function wantAnew(tx: Tx, subjectId: string, now: Date): Promise<void> {
  await sql`
    update onpaid.subject
    set fence = fence + 1, lease_until = null, leased_by = null,
      wanted = wanted + 1, wanted_since = coalesce(wanted_since, ${now}),
      verify_at = ${now}, verify_wanted_since = coalesce(verify_wanted_since, ${now})
    where id = ${subjectId}
  `.execute(tx);
}
