import { sql } from 'kysely';
import type { Database, Tx } from '../db/database.ts';

/** One part of the payloads: a month, or the rest that had no month when it came. */
export interface Partition {
  name: string;
  /** Null for the rest. */
  until: Date | null;
}

export async function listPartitions(db: Database): Promise<Partition[]> {
  const { rows } = await sql<{ name: string; bound: string }>`
    select part.relname as name, pg_get_expr(part.relpartbound, part.oid) as bound
    from pg_inherits
    join pg_class part on part.oid = pg_inherits.inhrelid
    where pg_inherits.inhparent = 'onpaid.event_payload'::regclass
    order by part.relname
  `.execute(db);
  return rows.map(({ name, bound }) => {
    const until = /TO \('([^']+)'\)/.exec(bound)?.[1];
    return { name, until: until === undefined ? null : new Date(until) };
  });
}

/** A body that is not projected yet is all there is of its event. */
export async function holdsUnprojected(db: Database | Tx, { name }: Partition): Promise<boolean> {
  const { rows } = await sql<{ holds: boolean }>`
    select exists (
      select from onpaid.event
      join onpaid.${sql.id(name)} payload on payload.event_id = event.id
      where event.projected_at is null and event.disposition = 'recorded'
    ) as holds
  `.execute(db);
  return rows[0]?.holds ?? true;
}

/**
 * Whoever records waits while this waits for its lock, so it waits for less than a person notices; the lock itself is held
 * for a moment. Throws when it did not get it.
 */
export async function dropPartition(tx: Tx, { name }: Partition, lockTimeoutMs: number): Promise<void> {
  await sql`set local lock_timeout = ${sql.lit(`${lockTimeoutMs}ms`)}`.execute(tx);
  await sql`drop table onpaid.${sql.id(name)}`.execute(tx);
}

export async function countBlocks(db: Database, { name }: Partition): Promise<number> {
  const { rows } = await sql<{ blocks: number }>`
    select (pg_relation_size(${`onpaid.${name}`}::regclass) / current_setting('block_size')::bigint)::int as blocks
  `.execute(db);
  return rows[0]?.blocks ?? 0;
}

/** What is older, in one stretch of the table's blocks: so no row is looked at twice, and no index is needed for it. */
export async function deleteStretch(
  db: Database,
  { name }: Partition,
  { from, to, before }: { from: number; to: number; before: Date },
): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from onpaid.${sql.id(name)} payload
    where ctid >= ${`(${from},0)`}::tid and ctid < ${`(${to},0)`}::tid
      and received_at < ${before}
      and not exists (
        select from onpaid.event
        where event.id = payload.event_id and event.projected_at is null and event.disposition = 'recorded'
      )
  `.execute(db);
  return Number(numAffectedRows ?? 0);
}

export function isLockTimeout(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === '55P03';
}
