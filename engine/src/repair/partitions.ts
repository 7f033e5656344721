import { sql } from 'kysely';
import type { Database } from '../db/database.ts';

/**
 * Makes the payload partitions of this month and the next two. Run when migrating and daily; what arrives without one lands
 * in the rest partition and is only harder to purge.
 */
export async function ensurePayloadPartitions(db: Database, now: Date): Promise<void> {
  for (const ahead of [0, 1, 2]) {
    const from = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1));
    const to = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead + 1, 1));
    const name = `event_payload_${from.toISOString().slice(0, 7).replace('-', '_')}`;
    await sql`
      create table if not exists onpaid.${sql.id(name)}
      partition of onpaid.event_payload
      for values from (${sql.lit(from.toISOString())}) to (${sql.lit(to.toISOString())})
    `.execute(db);
  }
}
