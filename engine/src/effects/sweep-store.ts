import { sql } from 'kysely';
import type { Database, Tx } from '../db/database.ts';
import { catalog } from './catalog.ts';
import type { Slot } from './connection.ts';
import type { EffectKind } from './payloads.ts';
import { lockWithCustomers } from './store.ts';
import { refreshSync } from './sync-store.ts';
import { MARGIN_MS, TIMEOUT_MS } from './timing.ts';

/** What concerns many effects at once: lost workers, empty slots, vendors that are back. */

/**
 * A worker that vanished while sending leaves the answer unknown, never undone. Its socket may outlive it, so looking after
 * it waits out the request and a margin beyond the lease.
 */
export async function recoverExpired(db: Database, now: Date): Promise<number> {
  const { rows: expired } = await sql<{ id: string }>`
    select id
    from onpaid.effect
    where state in ('sending', 'resolving') and lease_until < ${now}
    limit 500
  `.execute(db);
  if (expired.length === 0) return 0;
  const ids = expired.map((effect) => effect.id);
  return db.transaction().execute(async (tx) => {
    await lockWithCustomers(tx, ids);
    const { rows } = await sql<{ subject_id: string | null }>`
      update onpaid.effect
      set state = 'unknown', next_at = lease_until + ${`${TIMEOUT_MS + MARGIN_MS} milliseconds`}::interval,
        lease_until = null, leased_by = null
      where id = any(${ids}) and state in ('sending', 'resolving') and lease_until < ${now}
      returning subject_id
    `.execute(tx);
    await refreshSync(
      tx,
      rows.flatMap((row) => row.subject_id ?? []),
    );
    return rows.length;
  });
}

/** Due, certainly not sent, and of a kind that nothing connected can do. */
export async function readUnserved(db: Database, kinds: EffectKind[], now: Date): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id
    from onpaid.effect
    where slot = any(${[...new Set(kinds.map((kind) => catalog[kind].slot))]})
      and state in ('planned', 'retry_wait')
      and next_at <= ${now}
      and kind = any(${kinds})
    limit 500
  `.execute(db);
  return rows.map((row) => row.id);
}

/** Returns the subjects it touched. */
export async function suppressUnserved(tx: Tx, ids: string[], now: Date): Promise<string[]> {
  const { rows } = await sql<{ subject_id: string | null }>`
    update onpaid.effect
    set state = 'suppressed', settled_at = ${now}, next_at = null,
      reason = 'Nothing that is connected does this.'
    where id = any(${ids}) and state in ('planned', 'retry_wait') and next_at <= ${now}
    returning subject_id
  `.execute(tx);
  return rows.flatMap((row) => row.subject_id ?? []);
}

/** A vendor that works again is told at once what waited for it, a few seconds apart, instead of at the end of each backoff. */
export async function hastenSlot(tx: Tx, slot: Slot, now: Date): Promise<void> {
  await sql`
    with waiting as (
      select id
      from onpaid.effect
      where slot = ${slot} and state = 'retry_wait' and next_at > ${now}::timestamptz + interval '5 seconds'
        and failure ->> 'kind' in ('retryable', 'ambiguous', 'auth')
      for update skip locked
    )
    update onpaid.effect
    set next_at = ${now}::timestamptz + random() * interval '5 seconds'
    from waiting
    where effect.id = waiting.id
  `.execute(tx);
}
