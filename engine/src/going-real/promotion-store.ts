import { sql } from 'kysely';
import type { Database } from '../db/database.ts';

/** What the webhook of an installation has been through lately. */
export interface WebhookRecord {
  /** Not answered 200 though they carried a signature, by reason. */
  refusals: { code: string; count: number; lastAt: Date }[];
  /** Verified and stored, of this installation's own mode. */
  deliveries: number;
  lastDeliveryAt: Date | null;
  /** Verified, and of the other mode. */
  quarantined: number;
}

/** Counting stops at the newest ten thousand: more would say no more. */
const NEWEST_EVENTS = 10_000;

export async function readWebhookRecord(db: Database, since: Date): Promise<WebhookRecord> {
  const { rows: refusals } = await sql<WebhookRecord['refusals'][number]>`
    select code, sum(count)::integer as count, max(minute) as "lastAt"
    from onpaid.webhook_refusal
    where minute >= date_trunc('minute', ${since}::timestamptz)
    group by code
    order by count desc, code
  `.execute(db);
  const { rows } = await sql<Omit<WebhookRecord, 'refusals'>>`
    select
      count(*) filter (where disposition <> 'quarantined')::integer as deliveries,
      max(received_at) filter (where disposition <> 'quarantined') as "lastDeliveryAt",
      count(*) filter (where disposition = 'quarantined')::integer as quarantined
    from (select disposition, origin, received_at from onpaid.event order by seq desc limit ${NEWEST_EVENTS}) newest
    where origin = 'webhook' and received_at >= ${since}
  `.execute(db);
  const [counts] = rows;
  if (counts === undefined) throw new Error('An aggregate without a group by returned no row.');
  return { refusals, ...counts };
}

/** Those of the ids that were never recorded here. */
export async function readMissingEvents(db: Database, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id
    from unnest(${[...ids]}::text[]) as asked (id)
    where not exists (select from onpaid.event where event.id = asked.id)
    order by id
  `.execute(db);
  return rows.map(({ id }) => id);
}

export interface DriftRecord {
  /** Null while one is under way, and before the first. */
  reconciledAt: Date | null;
  /** Differences that the last reconcile found and did not heal; what an earlier one left, the last has looked at again. */
  open: number;
}

export async function readDriftRecord(db: Database): Promise<DriftRecord> {
  const { rows } = await sql<DriftRecord>`
    select
      max(walk.finished_at) as "reconciledAt",
      count(drift.id)::integer as open
    from onpaid.walk
    left join onpaid.drift on drift.healed_at is null and drift.found_at >= walk.started_at
    where walk.name = 'reconcile'
  `.execute(db);
  return rows[0] ?? { reconciledAt: null, open: 0 };
}
