import { type Selectable, sql } from 'kysely';
import type { Database, Tx } from '../db/database.ts';
import type { Effect } from '../db/types.ts';
import type { Slot, StoredRequest } from './connection.ts';
import type { Next, Outcome } from './outcome.ts';
import type { EffectKind } from './payloads.ts';
import { LEASE_MS, later } from './timing.ts';

/** The ledger as running sees it. Every write checks the fence that the claim took. */

export type EffectState =
  | 'held'
  | 'planned'
  | 'sending'
  | 'sent'
  | 'retry_wait'
  | 'unknown'
  | 'resolving'
  | 'dead'
  | 'suppressed';

/** What broke, as kept on the effect until it succeeds. */
export interface KeptFailure {
  kind: string;
  reason: string;
  status: number | null;
  vendor: string;
  label: string;
  /** The first failure since the last success, which tells who broke first. */
  since: string;
  at: string;
}

export type EffectRow = Omit<
  Selectable<Effect>,
  'kind' | 'slot' | 'shape' | 'state' | 'after_dead' | 'request' | 'failure'
> & {
  kind: EffectKind;
  slot: Slot;
  shape: 'message' | 'state';
  state: EffectState;
  after_dead: 'block' | 'proceed' | 'suppress' | null;
  request: StoredRequest | null;
  failure: KeptFailure | null;
};

/**
 * Takes the effect of this slot that has been due longest, under a lease: until it ends nothing else finds it due. What
 * follows another effect is taken only once that one is settled.
 */
export async function claimNext(
  db: Database,
  claim: { slot: Slot; kinds: EffectKind[]; workerId: string; now: Date },
): Promise<EffectRow | null> {
  const leaseUntil = later(claim.now, LEASE_MS);
  const { rows } = await sql<EffectRow>`
    with due as (
      select id
      from onpaid.effect
      where slot = ${claim.slot}
        and state in ('planned', 'retry_wait', 'unknown')
        and next_at <= ${claim.now}
        and kind = any(${claim.kinds})
        and (state <> 'planned' or after_id is null or not exists (
          select from onpaid.effect parent
          where parent.id = effect.after_id
            and parent.state not in ('sent', 'suppressed')
            and not (parent.state = 'dead' and effect.after_dead <> 'block')
        ))
      order by next_at
      limit 1
      for update skip locked
    )
    update onpaid.effect
    set fence = fence + 1, leased_by = ${claim.workerId}, lease_until = ${leaseUntil}, next_at = ${leaseUntil}
    from due
    where effect.id = due.id
    returning effect.*
  `.execute(db);
  return rows[0] ?? null;
}

export interface Attempt {
  id: number;
  number: number;
  startedAt: Date;
}

/**
 * The commit before the socket opens: the exact request, the attempt's row, and for a state the applied hash cleared, so that
 * whatever happens next the ledger knows that this may have been sent. Null when another worker has taken over, or when
 * something newer is desired.
 */
export async function beginCall(
  db: Database,
  call: { effect: EffectRow; purpose: 'send' | 'find'; request: StoredRequest | null; now: Date },
): Promise<Attempt | null> {
  const { effect, purpose, now } = call;
  const isSend = purpose === 'send';
  const { rows } = await sql<{ id: number; number: number }>`
    with begun as (
      update onpaid.effect
      set state = ${isSend ? 'sending' : 'resolving'},
        attempts = attempts + 1,
        request = coalesce(request, ${call.request === null ? null : JSON.stringify(call.request)}::jsonb),
        first_sent_at = case when ${isSend} then coalesce(first_sent_at, ${now}::timestamptz) else first_sent_at end,
        sent_version = case when ${isSend} then version else sent_version end,
        applied_hash = case when ${isSend} then null else applied_hash end,
        lease_until = ${later(now, LEASE_MS)},
        next_at = null
      where id = ${effect.id}
        and fence = ${effect.fence}
        and version = ${effect.version}
        and state in ('planned', 'retry_wait', 'unknown')
      returning id, attempts, fence, version
    )
    insert into onpaid.attempt (effect_id, number, purpose, fence, version, started_at)
    select id, attempts, ${purpose}, fence, version, ${now}
    from begun
    returning id, number
  `.execute(db);
  const row = rows[0];
  return row === undefined ? null : { ...row, startedAt: now };
}

/** What settling must know, read under the locks of its commit. */
export type LockedEffect = EffectRow & {
  /** Sends of this message that the vendor accepted, by what is known so far. */
  accepted_sends: number;
  /** Looks since the last send that found nothing. */
  empty_looks: number;
};

export async function readLocked(tx: Tx, effectId: string): Promise<LockedEffect | null> {
  const { rows } = await sql<LockedEffect>`
    select effect.*,
      (
        select count(*)::int
        from onpaid.attempt
        where effect_id = effect.id and outcome = 'sent' and effect.shape = 'message'
      ) as accepted_sends,
      (
        select count(*)::int
        from onpaid.attempt look
        where look.effect_id = effect.id and look.outcome = 'not_found'
          and not exists (
            select from onpaid.attempt send
            where send.effect_id = look.effect_id and send.purpose = 'send' and send.id > look.id
          )
      ) as empty_looks
    from onpaid.effect
    where id = ${effectId}
  `.execute(tx);
  return rows[0] ?? null;
}

export async function endAttempt(
  tx: Tx,
  attempt: Attempt,
  end: {
    outcome: Outcome['recorded'];
    status: number | null;
    reason: string | null;
    vendorRequestId: string | null;
    isLate: boolean;
    now: Date;
  },
): Promise<void> {
  await sql`
    update onpaid.attempt
    set ended_at = ${end.now}, outcome = ${end.outcome}, status = ${end.status}, reason = ${end.reason},
      vendor_request_id = ${end.vendorRequestId}, late = ${end.isLate}
    where id = ${attempt.id}
  `.execute(tx);
}

export interface Settlement {
  next: Next;
  failure: KeptFailure | null;
  failedAttempts: number;
  limitedSince: Date | null;
  reason: string | null;
  /** For a state that was applied: what it was. */
  applied: { version: number; hash: string } | null;
}

/** Raises the fence, so that whoever else still holds this effect is told by its next write. */
export async function writeSettlement(tx: Tx, effectId: string, settlement: Settlement, now: Date): Promise<void> {
  const { next, applied } = settlement;
  // Something newer was desired meanwhile: sent or refused, the next version is due.
  const isOutdated = sql`(shape = 'state' and version > ${applied?.version ?? sql`sent_version`})`;
  const isFinal = next.state === 'sent' || next.state === 'dead';
  const at = 'at' in next ? next.at : null;
  const absent = next.state === 'retry_wait' && next.absent;
  const remoteId = 'remoteId' in next ? next.remoteId : null;
  await sql`
    update onpaid.effect
    set state = case when ${isFinal} and ${isOutdated} then 'planned' else ${next.state} end,
      next_at = case when ${isFinal} and ${isOutdated} then ${now}::timestamptz else ${at}::timestamptz end,
      settled_at = case when ${next.state === 'sent'} and not ${isOutdated} then ${now}::timestamptz end,
      fence = fence + 1,
      leased_by = null,
      lease_until = null,
      failed_attempts = ${settlement.failedAttempts},
      limited_since = ${settlement.limitedSince},
      failure = ${settlement.failure === null ? null : JSON.stringify(settlement.failure)}::jsonb,
      reason = ${settlement.reason},
      remote_id = coalesce(${remoteId}, remote_id),
      first_sent_at = case when ${absent} then null else first_sent_at end,
      applied_version = coalesce(${applied?.version ?? null}::bigint, applied_version),
      applied_hash = coalesce(${applied?.hash ?? null}, applied_hash)
    where id = ${effectId}
  `.execute(tx);
}

export async function readRemoteId(db: Database, effectId: string): Promise<string | null> {
  const row = await db.selectFrom('effect').select('remote_id').where('id', '=', effectId).executeTakeFirst();
  return row?.remote_id ?? null;
}
