import { sql } from 'kysely';
import type { Database } from '../db/database.ts';

/** How far the list was read; a new installation begins with the moment it went live. */
export async function readSeenUntil(db: Database): Promise<Date> {
  const { rows } = await sql<{ seen_until: Date | null }>`
    select coalesce((select seen_until from onpaid.event_poll), (select live_since from onpaid.deployment)) as seen_until
  `.execute(db);
  const seenUntil = rows[0]?.seen_until;
  if (!seenUntil) throw new Error('The database is not stamped yet: run "onpaid migrate" first.');
  return seenUntil;
}

/** Only ever forward: two that poll at once cannot take each other back. */
export async function writeSeenUntil(db: Database, seenUntil: Date): Promise<void> {
  await sql`
    insert into onpaid.event_poll as poll (seen_until)
    values (${seenUntil})
    on conflict (only_row) do update
    set seen_until = greatest(poll.seen_until, excluded.seen_until)
  `.execute(db);
}
