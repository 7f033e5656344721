import { isDeepStrictEqual } from 'node:util';
import { catalog } from '../effects/catalog.ts';
import type { PlannedEffect } from '../effects/plan.ts';
import type { HeldEffect } from '../effects/review-held.ts';

export interface Entry {
  effect: PlannedEffect;
  subjectId: string;
  state: 'held' | 'planned' | 'sent' | 'suppressed';
  reason: string | null;
  version: number;
  attempts: number;
}

export type Ledger = ReturnType<typeof createLedger>;

/** The ledger as effects/store.ts promises it, with vendors that take whatever is due at once. */
export function createLedger() {
  const entries = new Map<string, Entry>();

  function saveOne(subjectId: string, effect: PlannedEffect): void {
    const state = effect.suppressed !== null ? 'suppressed' : effect.held ? 'held' : 'planned';
    const known = entries.get(effect.id);
    if (known === undefined) {
      entries.set(effect.id, { effect, subjectId, state, reason: effect.suppressed, version: 1, attempts: 0 });
      return;
    }
    const isState = catalog[effect.kind].shape === 'state';
    const desiresOther = isState && !isDeepStrictEqual(known.effect.payload, effect.payload);
    const isRevived = known.state === 'suppressed' && state !== 'suppressed' && (isState || known.attempts === 0);
    if (!desiresOther && !(known.state === 'held' && state !== 'held') && !isRevived) return;
    known.version += desiresOther ? 1 : 0;
    Object.assign(known, { effect, state, reason: effect.suppressed });
  }

  /** Whatever is due is sent; what only makes sense after something that was not done is pointless. */
  function send(): void {
    for (let isMoving = true; isMoving; ) {
      isMoving = false;
      for (const entry of entries.values()) {
        if (entry.state !== 'planned') continue;
        const { afterId, kind } = entry.effect;
        const parent = afterId === null ? null : (entries.get(afterId)?.state ?? 'suppressed');
        if (parent === 'held' || parent === 'planned') continue;
        isMoving = true;
        const { after } = { after: undefined, ...catalog[kind] };
        if (parent === 'suppressed' && after?.whenDead === 'suppress') {
          Object.assign(entry, { state: 'suppressed', reason: POINTLESS });
        } else {
          Object.assign(entry, { state: 'sent', attempts: entry.attempts + 1 });
        }
      }
    }
  }

  return {
    entries,
    save(subjectId: string, plan: PlannedEffect[]): void {
      for (const effect of new Map(plan.map((it) => [it.id, it])).values()) saveOne(subjectId, effect);
      send();
    },
    heldOf: (subjectId: string) =>
      [...entries.values()]
        .filter((it) => it.subjectId === subjectId && it.state === 'held')
        .map(({ effect: { id, kind, payload } }) => ({ id, kind, payload }) as HeldEffect),
    release(ids: string[]): void {
      for (const id of ids) Object.assign(entries.get(id) ?? {}, { state: 'planned' });
      send();
    },
    suppress(held: { id: string; reason: string }[]): void {
      for (const { id, reason } of held) Object.assign(entries.get(id) ?? {}, { state: 'suppressed', reason });
      send();
    },
    move(fromId: string, toId: string): void {
      for (const entry of entries.values()) if (entry.subjectId === fromId) entry.subjectId = toId;
    },
  };
}

export const POINTLESS = 'What it was to follow was not done.';
