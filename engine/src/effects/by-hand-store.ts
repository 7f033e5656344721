import { sql } from 'kysely';
import type { Tx } from '../db/database.ts';

/** A person's word. Each raises the fence, so that a worker that still holds the effect learns of it. */

export async function markSent(tx: Tx, effectId: string, reason: string, now: Date): Promise<void> {
  await sql`
    update onpaid.effect
    set state = 'sent', by_hand = true, reason = ${reason}, settled_at = ${now}, next_at = null,
      failure = null, failed_attempts = 0, limited_since = null,
      fence = fence + 1, lease_until = null, leased_by = null
    where id = ${effectId}
  `.execute(tx);
}

/** `retry_wait` rather than `planned`: it certainly has not happened, and what it followed is no longer asked. */
export async function planAgain(
  tx: Tx,
  effectId: string,
  again: { reason: string | null; rebuilt: boolean; now: Date },
): Promise<void> {
  await sql`
    update onpaid.effect
    set state = 'retry_wait', by_hand = false, reason = ${again.reason}, settled_at = null, next_at = ${again.now},
      failed_attempts = 0, limited_since = null, first_sent_at = null,
      request = case when not ${again.rebuilt} then request end,
      fence = fence + 1, lease_until = null, leased_by = null
    where id = ${effectId}
  `.execute(tx);
}

export async function discard(tx: Tx, effectId: string, reason: string, now: Date): Promise<void> {
  await sql`
    update onpaid.effect
    set state = 'suppressed', by_hand = true, reason = ${reason}, settled_at = ${now}, next_at = null,
      fence = fence + 1, lease_until = null, leased_by = null
    where id = ${effectId}
  `.execute(tx);
}
