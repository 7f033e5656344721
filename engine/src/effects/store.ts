import { sql } from 'kysely';
import type { Tx } from '../db/database.ts';
import { catalog } from './catalog.ts';
import { type EffectKind, payloadSchemas } from './payloads.ts';
import type { PlannedEffect } from './plan.ts';
import type { HeldEffect } from './review-held.ts';

/**
 * The ledger as planning sees it. Every commit that touches effects takes its locks in one order, the customer's row and
 * then the effects by id, so that converging and settling one customer at the same moment wait for each other and never
 * deadlock.
 */

/**
 * Writes a plan. A message is inserted once and for good: planned again it changes nothing, unless it was held, or
 * suppressed without an attempt. A state effect that desires something else gets a higher version and is planned again.
 */
export async function savePlan(tx: Tx, subjectId: string | null, plan: PlannedEffect[], now: Date): Promise<void> {
  await savePlans(
    tx,
    plan.map((effect) => ({ subjectId, effect })),
    now,
  );
}

/** The plans of many subjects in the statements of one. */
export async function savePlans(
  tx: Tx,
  plans: { subjectId: string | null; effect: PlannedEffect }[],
  now: Date,
): Promise<void> {
  if (plans.length === 0) return;
  // Two transitions may ask for the same, such as one ticket for two failed attempts: the last word counts.
  const distinct = [...new Map(plans.map((planned) => [planned.effect.id, planned])).values()];
  const ids = distinct.map(({ effect }) => effect.id);
  const parentIds = distinct.flatMap(({ effect }) => effect.afterId ?? []);
  await lockCustomers(tx, [...new Set(plans.flatMap(({ subjectId }) => subjectId ?? []))]);
  await lockEffects(tx, [...ids, ...parentIds]);
  await upsertEffects(
    tx,
    distinct.map(({ effect, subjectId }) => rowOf(effect, subjectId)),
    now,
  );
  await wakeChildren(tx, ids, now);
}

function rowOf(effect: PlannedEffect, subjectId: string | null) {
  const entry = catalog[effect.kind];
  return {
    id: effect.id,
    kind: effect.kind,
    slot: entry.slot,
    shape: entry.shape,
    subject_id: subjectId,
    state: effect.suppressed !== null ? 'suppressed' : effect.held ? 'held' : 'planned',
    data: effect.payload,
    after_id: effect.afterId,
    after_dead: effect.afterId === null ? null : 'after' in entry ? entry.after.whenDead : 'proceed',
    reason: effect.suppressed,
    occurred_at: effect.occurredAt,
  };
}

/** What is sending or unknown keeps its state: only its desired data moves on, and settling it sees the higher version. */
async function upsertEffects(tx: Tx, rows: ReturnType<typeof rowOf>[], now: Date): Promise<void> {
  await sql`
    insert into onpaid.effect as known
      (id, kind, slot, shape, subject_id, state, data, after_id, after_dead, reason, occurred_at, created_at, next_at, settled_at)
    select
      id, kind, slot, shape, subject_id, state, data, after_id, after_dead, reason, occurred_at, ${now}::timestamptz,
      case when state = 'planned' and after_id is null then ${now}::timestamptz end,
      case when state = 'suppressed' then ${now}::timestamptz end
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as planned (
      id text, kind text, slot text, shape text, subject_id text, state text, data jsonb,
      after_id text, after_dead text, reason text, occurred_at timestamptz
    )
    order by id
    on conflict (id) do update set
      data = excluded.data,
      version = known.version + (known.shape = 'state' and known.data is distinct from excluded.data)::int,
      state = case when known.state in ('sending', 'unknown', 'resolving') then known.state else excluded.state end,
      next_at = case when known.state in ('sending', 'unknown', 'resolving') then known.next_at else excluded.next_at end,
      settled_at = case when known.state in ('sending', 'unknown', 'resolving') then known.settled_at else excluded.settled_at end,
      reason = excluded.reason,
      by_hand = false,
      failed_attempts = case when known.state = 'dead' then 0 else known.failed_attempts end,
      occurred_at = excluded.occurred_at
    where (known.shape = 'state' and known.data is distinct from excluded.data)
      or (known.state = 'held' and excluded.state <> 'held')
      or (
        known.state = 'suppressed' and excluded.state <> 'suppressed' and not known.by_hand
        and (known.shape = 'state' or known.attempts = 0)
      )
  `.execute(tx);
}

export async function readHeld(tx: Tx, subjectId: string): Promise<HeldEffect[]> {
  const { rows } = await sql<{ id: string; kind: EffectKind; data: unknown }>`
    select id, kind, data
    from onpaid.effect
    where subject_id = ${subjectId} and state = 'held'
    order by id
  `.execute(tx);
  // The schema belongs to the kind, which the compiler cannot see through a lookup.
  return rows.map(({ id, kind, data }) => ({ id, kind, payload: payloadSchemas[kind].parse(data) }) as HeldEffect);
}

export async function releaseHeld(tx: Tx, ids: string[], now: Date): Promise<void> {
  if (ids.length === 0) return;
  await lockWithCustomers(tx, ids);
  await sql`
    update onpaid.effect
    set state = 'planned', next_at = case when after_id is null then ${now}::timestamptz end
    where id = any(${ids}) and state = 'held'
  `.execute(tx);
  await wakeChildren(tx, ids, now);
}

export async function suppressHeld(tx: Tx, held: { id: string; reason: string }[], now: Date): Promise<void> {
  if (held.length === 0) return;
  const ids = held.map((effect) => effect.id);
  await lockWithCustomers(tx, ids);
  await sql`
    update onpaid.effect
    set state = 'suppressed', reason = judged.reason, settled_at = ${now}
    from jsonb_to_recordset(${JSON.stringify(held)}::jsonb) as judged (id text, reason text)
    where effect.id = judged.id and effect.state = 'held'
  `.execute(tx);
  await wakeChildren(tx, ids, now);
}

/**
 * Gives a moment to effects that waited for another one: the children of these effects, and these themselves. Runs in the
 * commit that settles the parent. A parent that is suppressed, or that nobody planned, counts as done; what only makes sense
 * after it (`suppress`) is then pointless, as it is when the parent is dead.
 */
export async function wakeChildren(tx: Tx, ids: string[], now: Date): Promise<void> {
  const { rows: suppressed } = await sql<{ id: string }>`
    with ready as (
      select child.id, child.after_dead = 'suppress' and coalesce(parent.state, 'suppressed') <> 'sent' as is_pointless
      from onpaid.effect child
      left join onpaid.effect parent on parent.id = child.after_id
      where (child.after_id = any(${ids}) or child.id = any(${ids}))
        and child.after_id is not null
        and child.state = 'planned'
        and child.next_at is null
        and (coalesce(parent.state, 'suppressed') in ('sent', 'suppressed') or (parent.state = 'dead' and child.after_dead <> 'block'))
    ), woken as (
      update onpaid.effect
      set state = case when is_pointless then 'suppressed' else 'planned' end,
        next_at = case when not is_pointless then ${now}::timestamptz end,
        settled_at = case when is_pointless then ${now}::timestamptz end,
        reason = case when is_pointless then 'What it was to follow was not done.' end
      from ready
      where effect.id = ready.id
      returning effect.id, is_pointless
    )
    select id from woken where is_pointless
  `.execute(tx);
  if (suppressed.length > 0)
    await wakeChildren(
      tx,
      suppressed.map((effect) => effect.id),
      now,
    );
}

/** Locks these effects and whatever waits for them, after the customers they belong to. */
export async function lockWithCustomers(tx: Tx, ids: string[]): Promise<void> {
  const { rows } = await sql<{ subject_id: string }>`
    select distinct subject_id
    from onpaid.effect
    where id = any(${ids}) and subject_id is not null
  `.execute(tx);
  await lockCustomers(
    tx,
    rows.map((row) => row.subject_id),
  );
  await lockEffects(tx, ids);
}

async function lockCustomers(tx: Tx, subjectIds: string[]): Promise<void> {
  await sql`
    select from onpaid.customer
    where subject_id = any(${subjectIds})
    order by subject_id
    for no key update
  `.execute(tx);
}

async function lockEffects(tx: Tx, ids: string[]): Promise<void> {
  await sql`
    select from onpaid.effect
    where id = any(${ids}) or after_id = any(${ids})
    order by id
    for no key update
  `.execute(tx);
}
