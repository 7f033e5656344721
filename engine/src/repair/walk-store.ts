import { sql } from 'kysely';
import type { Database, Tx } from '../db/database.ts';

/** A walk that is ours to go on with. */
export interface Walk<Position, Counts> {
  name: string;
  /** Null at the beginning. */
  position: Position | null;
  counts: Counts | null;
  startedAt: Date;
  by: string;
  /** It goes on where an earlier one stopped. */
  isResumed: boolean;
}

const LEASE_SECONDS = 120;

/**
 * Takes a walk up: where an unfinished one stopped, or from the beginning. Null while somebody else walks it. What is saved
 * of it was written by the same code, so it is believed.
 */
export async function takeWalk<Position, Counts>(
  db: Database,
  name: string,
  options: { by: string; now: Date; restart?: boolean },
): Promise<Walk<Position, Counts> | null> {
  const { by, now, restart = false } = options;
  await sql`insert into onpaid.walk (name) values (${name}) on conflict (name) do nothing`.execute(db);
  const { rows } = await sql<{
    position: Position | null;
    counts: Counts;
    startedAt: Date;
    isResumed: boolean;
  }>`
    with mine as (
      select name, started_at is not null and finished_at is null and not ${restart} as goes_on
      from onpaid.walk
      where name = ${name} and (lease_until is null or lease_until <= ${now})
      for update
    )
    update onpaid.walk
    set lease_until = ${leaseEnd(now)}, leased_by = ${by}, finished_at = null,
      started_at = case when goes_on then started_at else ${now} end,
      position = case when goes_on then position end,
      counts = case when goes_on then counts else '{}' end
    from mine
    where walk.name = mine.name
    returning position, counts, started_at as "startedAt", goes_on as "isResumed"
  `.execute(db);
  const [row] = rows;
  if (row === undefined) return null;
  return { ...row, name, by, counts: row.isResumed ? row.counts : null };
}

/** How far it has come, in the transaction that got it there. Throws when the walk is no longer ours. */
export async function saveWalk<Position, Counts>(
  tx: Tx | Database,
  walk: Walk<Position, Counts>,
  { position, counts }: { position: Position; counts: Counts },
  now: Date,
): Promise<void> {
  const { numAffectedRows } = await sql`
    update onpaid.walk
    set position = ${JSON.stringify(position)}::jsonb, counts = ${JSON.stringify(counts)}::jsonb, lease_until = ${leaseEnd(now)}
    where name = ${walk.name} and leased_by = ${walk.by} and started_at = ${walk.startedAt} and finished_at is null
  `.execute(tx);
  if (numAffectedRows !== 1n) throw new Error(`Somebody else has taken over "${walk.name}"; this one stops.`);
}

/** How far one part of it has come, where parts go on side by side; each writes under its own name alone. */
export async function saveWalkPart(
  tx: Tx,
  walk: Pick<Walk<unknown, unknown>, 'name' | 'by' | 'startedAt'>,
  part: { name: string; position: unknown; counts: unknown },
  now: Date,
): Promise<void> {
  const { numAffectedRows } = await sql`
    update onpaid.walk
    set position = coalesce(position, '{}') || ${JSON.stringify({ [part.name]: part.position })}::jsonb,
      counts = counts || ${JSON.stringify({ [part.name]: part.counts })}::jsonb,
      lease_until = ${leaseEnd(now)}
    where name = ${walk.name} and leased_by = ${walk.by} and started_at = ${walk.startedAt} and finished_at is null
  `.execute(tx);
  if (numAffectedRows !== 1n) throw new Error(`Somebody else has taken over "${walk.name}"; this one stops.`);
}

/** It goes on, though it got nowhere new. */
export async function keepWalk(
  db: Database | Tx,
  walk: Pick<Walk<unknown, unknown>, 'name' | 'by' | 'startedAt'>,
  now: Date,
): Promise<void> {
  const { numAffectedRows } = await sql`
    update onpaid.walk
    set lease_until = ${leaseEnd(now)}
    where name = ${walk.name} and leased_by = ${walk.by} and started_at = ${walk.startedAt} and finished_at is null
  `.execute(db);
  if (numAffectedRows !== 1n) throw new Error(`Somebody else has taken over "${walk.name}"; this one stops.`);
}

/** At its end, or left for whoever comes next. */
export async function leaveWalk<Position, Counts>(
  db: Tx | Database,
  walk: Walk<Position, Counts>,
  { isFinished, now }: { isFinished: boolean; now: Date },
): Promise<void> {
  await sql`
    update onpaid.walk
    set lease_until = null, leased_by = null, finished_at = case when ${isFinished} then ${now}::timestamptz end
    where name = ${walk.name} and leased_by = ${walk.by}
  `.execute(db);
}

function leaseEnd(now: Date): Date {
  return new Date(now.getTime() + LEASE_SECONDS * 1_000);
}
