/** A fixed window of calls, as vendors count them: each call is told what is left, or how long to wait. */
export function createRateWindow({ max, perMs, now }: { max: number; perMs: number; now: () => Date }) {
  let startedAt = Number.NEGATIVE_INFINITY;
  let used = 0;
  return {
    take: (): { allowed: boolean; remaining: number; waitMs: number } => {
      const at = now().getTime();
      if (at - startedAt >= perMs) {
        startedAt = at;
        used = 0;
      }
      if (used >= max) return { allowed: false, remaining: 0, waitMs: startedAt + perMs - at };
      used += 1;
      return { allowed: true, remaining: max - used, waitMs: 0 };
    },
  };
}
