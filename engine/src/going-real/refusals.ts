import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import { addRefusals, type RefusalCount } from './refusal-store.ts';

export interface RefusalCounter {
  /** Adds one in memory; what is written is written later, and nobody waits for it. */
  count(code: string, at: Date): void;
  /** Writes what is left. The pool stays open: it is the caller's. */
  close(): Promise<void>;
}

const WRITE_AFTER_MS = 1_000;
/** An hour of every reason; beyond that a database that is away has had enough of our memory. */
const MOST_KEPT = 1_000;

/** Counts refused deliveries by minute and reason: a flood costs one small statement a second, and the hot path an addition. */
export function createRefusalCounter({ pool, log }: { pool: pg.Pool; log: Logger }): RefusalCounter {
  let waiting = new Map<string, RefusalCount>();
  let writing: Promise<void> | null = null;
  const closing = new AbortController();

  async function writeSoon(): Promise<void> {
    while (waiting.size > 0) {
      // Closing cuts the wait short.
      await delay(WRITE_AFTER_MS, undefined, { ref: false, signal: closing.signal }).catch(() => {});
      const counts = waiting;
      waiting = new Map();
      try {
        await addRefusals(pool, [...counts.values()]);
      } catch (error) {
        log.warn({ err: error }, 'refused deliveries could not be counted yet');
        if (closing.signal.aborted) break;
        for (const one of counts.values()) add(one);
      }
    }
    writing = null;
  }

  function add({ minute, code, count }: RefusalCount): void {
    const key = `${minute.getTime()} ${code}`;
    const known = waiting.get(key);
    if (known) known.count += count;
    else if (waiting.size < MOST_KEPT) waiting.set(key, { minute, code, count });
  }

  return {
    count(code, at) {
      add({ minute: new Date(Math.floor(at.getTime() / 60_000) * 60_000), code, count: 1 });
      writing ??= writeSoon();
    },
    async close() {
      closing.abort();
      await writing;
    },
  };
}
