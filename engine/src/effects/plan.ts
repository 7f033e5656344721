import type { EffectKind, Payloads } from './payloads.ts';

/** One row the ledger should hold, as plain data: it can be printed, tested, diffed. */
export type PlannedEffect = {
  [K in EffectKind]: {
    id: string;
    kind: K;
    /** Held until a verified read covers it. */
    held: boolean;
    /** Not said, and why, when the fact is too old or its slot has nothing to do. */
    suppressed: string | null;
    afterId: string | null;
    payload: Payloads[K];
    /** Stripe's time of the fact. */
    occurredAt: Date;
  };
}[EffectKind];
