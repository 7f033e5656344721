import { sql } from 'kysely';
import type { Tx } from '../db/database.ts';
import type { Claim } from './store.ts';

/**
 * Everything of one subject becomes another's, in one transaction: both are locked in the order all locks on subjects take,
 * both fences rise, so that whoever was at work on either writes nothing, and the other is wanted anew.
 */
export async function moveSubject(tx: Tx, from: Claim, toId: string, now: Date): Promise<boolean> {
  await sql`insert into onpaid.subject (id) values (${toId}) on conflict (id) do nothing`.execute(tx);
  if (!(await lockBoth(tx, from, toId))) return false;
  await sql`
    update onpaid.subject
    set fence = fence + 1, lease_until = null, leased_by = null, due_at = null, verify_at = null, verify_wanted_since = null
    where id = ${from.id}
  `.execute(tx);
  await sql`
    update onpaid.subject
    set fence = fence + 1, lease_until = null, leased_by = null,
      wanted = wanted + 1, wanted_since = coalesce(wanted_since, ${now}),
      verify_at = ${now}, verify_wanted_since = coalesce(verify_wanted_since, ${now})
    where id = ${toId}
  `.execute(tx);
  await moveCustomer(tx, from.id, toId);
  await sql`update onpaid.effect set subject_id = ${toId} where subject_id = ${from.id}`.execute(tx);
  await sql`update onpaid.transition set subject_id = ${toId} where subject_id = ${from.id}`.execute(tx);
  await sql`update onpaid.billing_object set subject_id = ${toId} where subject_id = ${from.id}`.execute(tx);
  await sql`update onpaid.event set subject_id = ${toId} where subject_id = ${from.id}`.execute(tx);
  await sql`
    insert into onpaid.object_alias (object_id, subject_id)
    values (${from.id}, ${toId})
    on conflict (object_id) do update set subject_id = excluded.subject_id
  `.execute(tx);
  return true;
}

/** False when the subject is no longer ours, or something came for it that is to be converged first. */
async function lockBoth(tx: Tx, from: Claim, toId: string): Promise<boolean> {
  const { rows } = await sql<{ isOurs: boolean }>`
    select fence = ${from.fence} and wanted = ${from.wanted} and id = ${from.id} as "isOurs"
    from onpaid.subject
    where id in (${from.id}, ${toId})
    order by id collate "C"
    for no key update
  `.execute(tx);
  return rows.some((row) => row.isOurs);
}

/** The guest's row becomes the customer's; where the customer has one already, that one stays. */
async function moveCustomer(tx: Tx, fromId: string, toId: string): Promise<void> {
  await sql`
    update onpaid.customer
    set subject_id = ${toId}, origin_subject_id = coalesce(origin_subject_id, subject_id)
    where subject_id = ${fromId} and not exists (select from onpaid.customer known where known.subject_id = ${toId})
  `.execute(tx);
  await sql`delete from onpaid.customer where subject_id = ${fromId}`.execute(tx);
}
