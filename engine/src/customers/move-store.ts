import { sql } from 'kysely';
import type { Tx } from '../db/database.ts';

/** Rows that change hands, between subjects whose locks the transaction holds. */

/** The customers' rows, then the effects, in the order in which every commit takes them. */
export async function lockLedgers(tx: Tx, subjectIds: string[]): Promise<void> {
  await sql`
    select from onpaid.customer
    where subject_id = any(${subjectIds})
    order by subject_id
    for no key update
  `.execute(tx);
  await sql`
    select from onpaid.effect
    where subject_id = any(${subjectIds})
    order by id
    for no key update
  `.execute(tx);
}

/** Everything of one subject becomes another's, and the id of the one leads to the other from now on. */
export async function moveRows(tx: Tx, fromId: string, toId: string): Promise<void> {
  await sql`update onpaid.effect set subject_id = ${toId} where subject_id = ${fromId}`.execute(tx);
  await sql`update onpaid.transition set subject_id = ${toId} where subject_id = ${fromId}`.execute(tx);
  await sql`update onpaid.billing_object set subject_id = ${toId} where subject_id = ${fromId}`.execute(tx);
  await sql`update onpaid.event set subject_id = ${toId} where subject_id = ${fromId}`.execute(tx);
  await copyEpisodes(tx, fromId, toId);
  await sql`update onpaid.object_alias set subject_id = ${toId} where subject_id = ${fromId}`.execute(tx);
  await sql`
    insert into onpaid.object_alias (object_id, subject_id)
    values (${fromId}, ${toId})
    on conflict (object_id) do update set subject_id = excluded.subject_id
  `.execute(tx);
}

/** What can happen again goes on being counted where it stood: a number used twice would be a message never sent. */
export async function copyEpisodes(tx: Tx, fromId: string, toId: string): Promise<void> {
  await sql`
    update onpaid.subject
    set episodes = (
      select coalesce(jsonb_object_agg(key, count), '{}')
      from (
        select key, max(value::int) as count
        from onpaid.subject counted
        cross join lateral jsonb_each_text(counted.episodes)
        where counted.id in (${fromId}, ${toId})
        group by key
      ) as counts
    )
    where id = ${toId}
  `.execute(tx);
}

/** The guest's row becomes the customer's, and keeps the name it got. */
export async function moveCustomer(tx: Tx, fromId: string, toId: string): Promise<void> {
  await sql`
    update onpaid.customer
    set subject_id = ${toId}, origin_subject_id = coalesce(origin_subject_id, subject_id)
    where subject_id = ${fromId}
  `.execute(tx);
}

/** What a merge moved, listed for a split: object ids, and ids that led to the one who moved. */
export async function listMovable(tx: Tx, subjectId: string): Promise<{ objects: string[]; aliases: string[] }> {
  const { rows } = await sql<{ objects: string[]; aliases: string[] }>`
    select
      array(select id from onpaid.billing_object where subject_id = ${subjectId} order by id) as objects,
      array(select object_id from onpaid.object_alias where subject_id = ${subjectId} order by object_id) as aliases
  `.execute(tx);
  return rows[0] ?? { objects: [], aliases: [] };
}

export interface Share {
  fromId: string;
  toId: string;
  /** Ids of objects, and of what stood in for a subject. */
  ids: string[];
  /** Events that tell of it and are not projected yet, so that nothing is believed of their objects. */
  eventIds: string[];
  aliases: string[];
}

/** Gives back a share of what one subject holds: the objects, what was noticed, told and done of them. */
export async function moveShare(tx: Tx, { fromId, toId, ids, eventIds, aliases }: Share): Promise<void> {
  await sql`
    update onpaid.effect
    set subject_id = ${toId}
    -- welcome:sub_1@email, payment_failed:in_1:2@email: the fact begins with the object it is about.
    where subject_id = ${fromId} and split_part(split_part(id, '@', 1), ':', 2) = any(${ids})
  `.execute(tx);
  await sql`
    update onpaid.transition set subject_id = ${toId} where subject_id = ${fromId} and object_id = any(${ids})
  `.execute(tx);
  await sql`
    update onpaid.event
    set subject_id = ${toId}
    where subject_id = ${fromId} and (object_id = any(${ids}) or id = any(${eventIds}))
  `.execute(tx);
  await sql`
    update onpaid.billing_object set subject_id = ${toId} where subject_id = ${fromId} and id = any(${ids})
  `.execute(tx);
  await copyEpisodes(tx, fromId, toId);
  await sql`delete from onpaid.object_alias where object_id = ${toId}`.execute(tx);
  await sql`
    update onpaid.object_alias set subject_id = ${toId} where subject_id = ${fromId} and object_id = any(${aliases})
  `.execute(tx);
}
