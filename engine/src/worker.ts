import { run, runMigrations } from 'graphile-worker';
import type pg from 'pg';
import { convergeSubjects } from './billing/converge.ts';
import { verifySubjects } from './billing/verify.ts';
import type { LineContext } from './context.ts';
import type { Slot } from './effects/connection.ts';
import { drainEffects } from './effects/run.ts';
import { type Loop, startLoop } from './loop.ts';
import { ensurePayloadPartitions } from './repair/partitions.ts';
import { purgePayloads } from './repair/retention.ts';
import { type RepairOptions, repairTasks } from './repair/tasks.ts';
import { WAKE_TASK } from './wake.ts';

export interface Worker {
  /** Takes nothing new, finishes what is in flight, and returns. */
  stop(): Promise<void>;
}

const SWEEP_EVERY_MS = 1_000;
const ROUND_MS = 2_000;
const SUBJECTS_AT_ONCE = 200;
const EFFECTS_A_ROUND = 200;

/** Makes or updates the tables that carry hints. Before a worker has ever run, a receiver already wants to send them. */
export async function migrateWakeUps(pool: pg.Pool): Promise<void> {
  await runMigrations({ pgPool: pool });
}

/**
 * Runs the second and third step of the line until stopped. Each kind of work has a loop of its own, and each slot too, so
 * that neither a slow read from Stripe nor a vendor that hangs holds up anything else. Loops are woken by hints (from this
 * process directly, from others through graphile-worker) and sweep every second, which repairs any hint that was lost.
 */
export async function startWorker(options: {
  context: Omit<LineContext, 'wake'>;
  pool: pg.Pool;
  /** Null without a key: there is nobody to ask what we missed. */
  repair: RepairOptions | null;
  retention: { eventsDays: number };
}): Promise<Worker> {
  const { log } = options.context;
  const stopping = new AbortController();
  const context: LineContext = {
    ...options.context,
    wake: (what) => {
      for (const loop of what === 'subjects' ? subjects : effects) loop.poke();
    },
  };
  const loop = (name: string, round: () => Promise<number>) => startLoop(name, round, { everyMs: SWEEP_EVERY_MS, log });
  const subjects: Loop[] = [
    loop('converge', () => convergeSubjects(context, { budgetMs: ROUND_MS, limit: SUBJECTS_AT_ONCE })),
    loop('verify', () => verifySubjects(context, { budgetMs: ROUND_MS })),
  ];
  const slots = Object.keys(context.connections) as Slot[];
  const effects: Loop[] = slots.map((slot) =>
    loop(slot, () => drainEffects(context, { budgetMs: ROUND_MS, limit: EFFECTS_A_ROUND, slots: [slot] })),
  );
  const all = [...subjects, ...effects];

  const repair = repairTasks(context, options.repair, { pool: options.pool, signal: stopping.signal });
  const runner = await run({
    pgPool: options.pool,
    noHandleSignals: true,
    pollInterval: 2_000,
    // A wake-up does not wait for a walk through all of Stripe, nor does the next look for what was missed.
    concurrency: 4,
    taskList: {
      [WAKE_TASK]: () => {
        for (const each of all) each.poke();
      },
      payload_partitions: () => ensurePayloadPartitions(context.db, context.now()),
      purge_payloads: async () => {
        await purgePayloads(context, options.retention, stopping.signal);
      },
      ...repair.taskList,
    },
    crontab: ['17 3 * * * payload_partitions ?fill=2d', '47 3 * * * purge_payloads', ...repair.crontab].join('\n'),
  });
  const booted = repair.onBoot();

  return {
    async stop() {
      stopping.abort();
      await Promise.all([runner.stop(), booted]);
      await Promise.all(all.map((each) => each.stop()));
    },
  };
}
