import { sql } from 'kysely';
import type { Database } from '../db/database.ts';

/** Up to when Stripe's events have been asked for: at first, up to when this installation went live. */
export async function readWatermark(db: Database): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select coalesce(
      (select asked_until from onpaid.event_watermark),
      (select live_since from onpaid.deployment)
    ) as at
  `.execute(db);
  return rows[0]?.at ?? null;
}

export async function raiseWatermark(db: Database, askedUntil: Date): Promise<void> {
  await sql`
    insert into onpaid.event_watermark (asked_until)
    values (${askedUntil})
    on conflict (only_row) do update
    set asked_until = greatest(event_watermark.asked_until, excluded.asked_until)
  `.execute(db);
}

/** By Stripe's clock alone: the newest of what webhooks have lately brought, and the newest that none has. */
export async function readArrivals(
  db: Database,
  { before }: { before: Date },
): Promise<{ brought: Date | null; missing: Date | null }> {
  const { rows } = await sql<{ brought: Date | null; missing: Date | null }>`
    select
      greatest(
        -- What came last need not be the newest; a hundred are enough to find it among.
        (select max(occurred_at) from (
          select occurred_at from onpaid.event where origin = 'webhook' order by seq desc limit 100
        ) latest),
        (select max(occurred_at) from onpaid.event where delivered_at is not null),
        (select live_since from onpaid.deployment)
      ) as brought,
      (select max(occurred_at) from (
        select occurred_at from onpaid.event
        where origin = 'repair' and delivered_at is null and disposition = 'recorded' and occurred_at <= ${before}
        order by seq desc limit 100
      ) latest) as missing
  `.execute(db);
  return rows[0] ?? { brought: null, missing: null };
}
