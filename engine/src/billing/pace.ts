import { setTimeout as sleep } from 'node:timers/promises';

export interface Pace {
  /** Resolves when one more call may go out. */
  take(signal: AbortSignal): Promise<void>;
  /** Nobody calls before then: the other side asked for it. */
  pauseUntil(moment: number): void;
}

/** A token bucket in memory: at most `ratePerSecond`, with a burst of one second's worth, first come first served. */
export function createPace(ratePerSecond: number, now: () => number = Date.now): Pace {
  const gapMs = 1_000 / ratePerSecond;
  /** When the next call would go out if there had been no pause to save up from. */
  let nextAt = now();
  return {
    async take(signal) {
      nextAt = Math.max(nextAt, now() - 1_000 + gapMs) + gapMs;
      const waitMs = nextAt - gapMs - now();
      if (waitMs > 0) await sleep(waitMs, undefined, { signal });
    },
    pauseUntil(moment) {
      nextAt = Math.max(nextAt, moment);
    },
  };
}
