import type { LineContext } from '../context.ts';
import type { Tx } from '../db/database.ts';
import { discard, markSent, planAgain } from './by-hand-store.ts';
import { type EffectState, readLocked } from './ledger-store.ts';
import { announceResolved } from './settle.ts';
import { lockWithCustomers, wakeChildren } from './store.ts';
import { refreshSync } from './sync-store.ts';

/** What a decision needs of the line, so that the dashboard can take it without a worker's whole context. */
export type ByHandContext = Pick<LineContext, 'db' | 'now' | 'wake' | 'connections'>;

/** What a person may decide about one effect, from the dashboard or the command line. */
export type ByHand = { result: 'done' } | { result: 'not_found' } | { result: 'not_possible'; state: EffectState };

/** A person has looked at the vendor and says what came of it. Not sent: it is sent again, the same bytes. */
export function resolveUnknown(
  context: ByHandContext,
  effectId: string,
  whatHappened: 'sent' | 'not_sent',
  reason: string,
): Promise<ByHand> {
  return decide(context, effectId, ['unknown'], (tx, now) =>
    whatHappened === 'sent'
      ? markSent(tx, effectId, reason, now)
      : planAgain(tx, effectId, { reason, rebuilt: false, now }),
  );
}

/** Now, instead of at its next moment. What was refused is built anew, because what was wrong with it may have been mended. */
export function retryEffect(context: ByHandContext, effectId: string): Promise<ByHand> {
  return decide(context, effectId, ['retry_wait', 'dead'], (tx, now, state) =>
    planAgain(tx, effectId, { reason: null, rebuilt: state === 'dead', now }),
  );
}

/** It shall not be, and no rule takes it up again; of a state, until something else is desired. */
export function discardEffect(context: ByHandContext, effectId: string, reason: string): Promise<ByHand> {
  return decide(context, effectId, ['held', 'planned', 'retry_wait', 'unknown', 'dead'], (tx, now) =>
    discard(tx, effectId, reason, now),
  );
}

async function decide(
  context: ByHandContext,
  effectId: string,
  possibleIn: EffectState[],
  write: (tx: Tx, now: Date, state: EffectState) => Promise<void>,
): Promise<ByHand> {
  const now = context.now();
  const decided = await context.db.transaction().execute(async (tx): Promise<ByHand> => {
    await lockWithCustomers(tx, [effectId]);
    const effect = await readLocked(tx, effectId);
    if (effect === null) return { result: 'not_found' };
    if (!possibleIn.includes(effect.state)) return { result: 'not_possible', state: effect.state };
    await write(tx, now, effect.state);
    const after = await readLocked(tx, effectId);
    if (after?.settled_at) {
      await wakeChildren(tx, [effectId], now);
      await announceResolved(context, tx, [effectId]);
    }
    await refreshSync(tx, effect.subject_id === null ? [] : [effect.subject_id]);
    return { result: 'done' };
  });
  context.wake('effects');
  return decided;
}
