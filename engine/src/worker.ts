import { run } from 'graphile-worker';
import type pg from 'pg';
import { drainSubjects } from './billing/converge.ts';
import type { LineContext } from './context.ts';
import { drainEffects } from './effects/run.ts';
import { startLoop } from './loop.ts';
import { ensurePayloadPartitions } from './repair/partitions.ts';
import { WAKE_TASK } from './wake.ts';

export interface Worker {
  /** Ends the rounds in progress, finishing or releasing what is leased. */
  stop(): Promise<void>;
}

const ROUND_MS = 2_000;

/**
 * Runs the second and third step of the line until stopped: subjects are converged, effects are run. Each has its own loop,
 * woken by hints (from this process directly, from others through graphile-worker) and swept every second.
 */
export async function startWorker(options: { context: Omit<LineContext, 'wake'>; pool: pg.Pool }): Promise<Worker> {
  const { log } = options.context;
  const context: LineContext = {
    ...options.context,
    wake: (what) => (what === 'subjects' ? subjects : effects).poke(),
  };
  const subjects = startLoop('subjects', () => drainSubjects(context, { budgetMs: ROUND_MS, limit: 200 }), {
    everyMs: 1_000,
    log,
  });
  const effects = startLoop('effects', () => drainEffects(context, { budgetMs: ROUND_MS, limit: 50 }), {
    everyMs: 1_000,
    log,
  });

  const runner = await run({
    pgPool: options.pool,
    noHandleSignals: true,
    pollInterval: 2_000,
    concurrency: 1,
    taskList: {
      [WAKE_TASK]: () => {
        subjects.poke();
        effects.poke();
      },
      payload_partitions: () => ensurePayloadPartitions(context.db, context.now()),
    },
    crontab: '17 3 * * * payload_partitions ?fill=2d',
  });

  return {
    async stop() {
      await runner.stop();
      await Promise.all([subjects.stop(), effects.stop()]);
    },
  };
}
