import { sql } from 'kysely';
import type { Database } from '../db/database.ts';

export interface ApiVersionCount {
  /** As the endpoint renders it, e.g. 2026-10-28.endive. */
  version: string;
  count: number;
  lastAt: Date;
}

const DAY_MS = 86_400_000;
/** More than enough to see a version, however busy the day. */
const NEWEST_EVENTS = 10_000;

/** Which API versions Stripe's events of the last day were written in, most frequent first. Thin events name none. */
export async function readApiVersions(db: Database, now: Date): Promise<ApiVersionCount[]> {
  const { rows } = await sql<ApiVersionCount>`
    select api_version as version, count(*)::integer as count, max(received_at) as "lastAt"
    from (
      select api_version, received_at
      from onpaid.event
      where disposition <> 'quarantined'
      order by seq desc
      limit ${NEWEST_EVENTS}
    ) newest
    where api_version is not null and received_at > ${new Date(now.getTime() - DAY_MS)}
    group by api_version
    order by count desc, version desc
  `.execute(db);
  return rows;
}
