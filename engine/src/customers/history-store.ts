import { sql } from 'kysely';
import { z } from 'zod';
import type { Database, Tx } from '../db/database.ts';

/** What was joined and parted, by whom and why, with enough to undo it. */

const time = z.coerce.date();

/** Of a customer's row, what nothing else would restore. */
const keptSchema = z.object({
  id: z.string(),
  originSubjectId: z.string(),
  email: z.string().nullable(),
  emailVerifiedAt: time.nullable(),
  name: z.string().nullable(),
  firstPaidAt: time.nullable(),
  accessVersion: z.number().int(),
  accessChangedAt: time.nullable(),
  createdAt: time,
});
export type KeptCustomer = z.infer<typeof keptSchema>;

const movedSchema = z.object({
  /** The row that went, and the one that stayed, as they were. */
  merged: keptSchema,
  kept: keptSchema,
  objects: z.array(z.string()),
  aliases: z.array(z.string()),
});
export type Moved = z.infer<typeof movedSchema>;

export interface HistoryEntry {
  what: 'merged' | 'split';
  /** The customer that stays, and the one whose things became theirs, or their own again. */
  customerId: string;
  mergedCustomerId: string;
  fromSubjectId: string;
  toSubjectId: string;
  by: string;
  reason: string;
  at: Date;
  /** What the names of the merged customer's account and contact are made of. */
  originSubjectId: string;
}

export async function writeHistory(tx: Tx, entry: HistoryEntry, moved: Moved): Promise<void> {
  await sql`
    insert into onpaid.customer_history (
      what, customer_id, merged_customer_id, from_subject_id, to_subject_id, decided_by, reason, at, moved, origin_subject_id
    )
    values (
      ${entry.what}, ${entry.customerId}, ${entry.mergedCustomerId}, ${entry.fromSubjectId}, ${entry.toSubjectId},
      ${entry.by}, ${entry.reason}, ${entry.at}, ${JSON.stringify(moved)}::jsonb, ${entry.originSubjectId}
    )
  `.execute(tx);
}

/** The last merge of this subject into another, undone or not; null when it never was. */
export async function readMergeOf(
  db: Database | Tx,
  fromSubjectId: string,
): Promise<{ id: number; undone: boolean; moved: Moved } | null> {
  const { rows } = await sql<{ id: number; undone: boolean; moved: unknown }>`
    select id, undone_at is not null as undone, moved
    from onpaid.customer_history
    where what = 'merged' and from_subject_id = ${fromSubjectId}
    order by id desc
    limit 1
  `.execute(db);
  const [row] = rows;
  return row === undefined ? null : { ...row, moved: movedSchema.parse(row.moved) };
}

export async function markUndone(tx: Tx, id: number, now: Date): Promise<void> {
  await sql`update onpaid.customer_history set undone_at = ${now} where id = ${id}`.execute(tx);
}

/** Which of these customers a customer was merged into, over however many merges; null when into none. */
export async function readMergedInto(db: Database | Tx, customerId: string): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    with recursive walk as (
      select customer_id as id, 1 as steps
      from onpaid.customer_history
      where what = 'merged' and undone_at is null and merged_customer_id = ${customerId}
      union all
      select history.customer_id, walk.steps + 1
      from walk
      join onpaid.customer_history history on history.merged_customer_id = walk.id
      where history.what = 'merged' and history.undone_at is null and walk.steps < 20
    )
    select id from walk order by steps desc limit 1
  `.execute(db);
  return rows[0]?.id ?? null;
}

/** A person has parted the two, or those they consist of by now: no rule joins them again. */
export async function readIsParted(db: Database | Tx, one: string, other: string): Promise<boolean> {
  const { rows } = await sql<{ parted: boolean }>`
    with recursive family as (
      select root, root as id
      from unnest(array[${one}, ${other}]::text[]) as roots (root)
      union
      select family.root, history.merged_customer_id
      from family
      join onpaid.customer_history history on history.customer_id = family.id
      where history.what = 'merged' and history.undone_at is null
    )
    select exists (
      select
      from onpaid.customer_history history
      join family kept on kept.id = history.customer_id
      join family merged on merged.id = history.merged_customer_id
      where history.what = 'split' and kept.root <> merged.root
    ) as parted
  `.execute(db);
  return rows[0]?.parted ?? false;
}

/** Everything that was joined with this customer or parted from them, and with those they consist of; the oldest first. */
export async function readHistory(db: Database, customerId: string): Promise<HistoryEntry[]> {
  const { rows } = await sql<HistoryEntry>`
    with recursive family as (
      select ${customerId}::text as id
      union
      select history.merged_customer_id
      from family
      join onpaid.customer_history history on history.customer_id = family.id
      where history.what = 'merged' and history.undone_at is null
    )
    select what, customer_id as "customerId", merged_customer_id as "mergedCustomerId",
      from_subject_id as "fromSubjectId", to_subject_id as "toSubjectId", decided_by as by, reason, at,
      origin_subject_id as "originSubjectId"
    from onpaid.customer_history
    where customer_id in (select id from family) or merged_customer_id = ${customerId}
    order by id
  `.execute(db);
  return rows;
}
