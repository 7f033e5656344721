import type { LineContext } from '../context.ts';
import type { Connection, Slot } from './connection.ts';
import { claimNext } from './ledger-store.ts';
import { paceOf } from './pace-keeper.ts';
import { type EffectKind, effectKinds } from './payloads.ts';
import { runEffect } from './run-effect.ts';
import { announceResolved } from './settle.ts';
import { lockWithCustomers, wakeChildren } from './store.ts';
import { readUnserved, recoverExpired, suppressUnserved } from './sweep-store.ts';
import { refreshSync } from './sync-store.ts';

export interface DrainOptions {
  /** Nothing is begun after this; what is in flight is waited for. */
  budgetMs: number;
  /** About so many effects: what is in flight is ended. */
  limit: number;
  /** Calls at once, for each slot. */
  concurrency?: number;
  /** Only these. A loop for each slot keeps a vendor that hangs from holding up the next round of the others. */
  slots?: Slot[];
}

/** Runs what is due, each slot on its own, and returns how much that was. */
export async function drainEffects(context: LineContext, options: DrainOptions): Promise<number> {
  await recoverExpired(context.db, context.now());
  await suppressWhatNothingDoes(context);

  const endsAt = performance.now() + options.budgetMs;
  let done = 0;
  const runners = connectionsOf(context, options.slots).flatMap((connection) =>
    Array.from({ length: options.concurrency ?? 4 }, async () => {
      while (done < options.limit && performance.now() < endsAt) {
        if (!(await runNext(context, connection))) return;
        done += 1;
      }
    }),
  );
  const failed = (await Promise.allSettled(runners)).find((ended) => ended.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return done;
}

function connectionsOf(context: LineContext, slots: Slot[] | undefined): Connection[] {
  return Object.values(context.connections).filter((connection) => slots?.includes(connection.slot) ?? true);
}

/** False when nothing is due, or when this connection must be waited for: its effects stay due, and burn no attempt. */
async function runNext(context: LineContext, connection: Connection): Promise<boolean> {
  const pace = paceOf(connection, context.now());
  if (pace.admit(context.now()) !== null) return false;
  let isUsed = false;
  try {
    const { slot } = connection;
    const effect = await claimNext(context.db, {
      slot,
      kinds: kindsOf(connection),
      workerId: context.workerId,
      now: context.now(),
    });
    if (effect === null) return false;
    isUsed = await runEffect(context, effect, connection);
    return true;
  } finally {
    if (!isUsed) pace.giveBack();
  }
}

function kindsOf(connection: Connection): EffectKind[] {
  return effectKinds.filter((kind) => connection.handlers[kind] !== undefined);
}

/** A slot that is empty, or whose vendor has no such thing: that is said on the effect, and what waits for it goes on. */
async function suppressWhatNothingDoes(context: LineContext): Promise<void> {
  const served = new Set(Object.values(context.connections).flatMap(kindsOf));
  const unserved = effectKinds.filter((kind) => !served.has(kind));
  if (unserved.length === 0) return;
  const now = context.now();
  const ids = await readUnserved(context.db, unserved, now);
  if (ids.length === 0) return;
  await context.db.transaction().execute(async (tx) => {
    await lockWithCustomers(tx, ids);
    const subjectIds = await suppressUnserved(tx, ids, now);
    await wakeChildren(tx, ids, now);
    await announceResolved(context, tx, ids);
    await refreshSync(tx, subjectIds);
  });
}
