import type { Logger } from 'pino';

export interface Loop {
  /** There may be work now. Any number of pokes while busy cost one more round. */
  poke(): void;
  /** Ends after the round in progress. */
  stop(): Promise<void>;
}

/**
 * Runs `round` whenever poked, and at least every `everyMs`: that regular round is the sweeper, which repairs any lost hint
 * within a second. A round returns how much it did; as long as it did something, the next follows at once.
 */
export function startLoop(name: string, round: () => Promise<number>, options: { everyMs: number; log: Logger }): Loop {
  let stopping = false;
  let poked = true;
  let wakeUp: () => void = () => {};
  let failuresInARow = 0;

  const finished = (async () => {
    // The caller holds the loop before its first round begins.
    await null;
    while (!stopping) {
      poked = false;
      try {
        const did = await round();
        failuresInARow = 0;
        if (did > 0) continue;
      } catch (error) {
        failuresInARow += 1;
        options.log.error({ err: error, loop: name }, 'a round failed; it will be tried again');
      }
      if (!poked || failuresInARow > 0) await pause();
    }
  })();

  /** Until poked, or the regular moment has come; after failures only the clock counts, and later each time. */
  async function pause(): Promise<void> {
    const waitMs = Math.min(options.everyMs * 2 ** Math.min(failuresInARow, 4), 15_000);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      wakeUp = () => {
        if (failuresInARow > 0 && !stopping) return;
        clearTimeout(timer);
        resolve();
      };
      if (poked || stopping) wakeUp();
    });
    wakeUp = () => {};
  }

  return {
    poke() {
      poked = true;
      wakeUp();
    },
    async stop() {
      stopping = true;
      wakeUp();
      await finished;
    },
  };
}
