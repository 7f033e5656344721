import type { TaskList } from 'graphile-worker';
import type pg from 'pg';
import type { StripeCalls } from '../billing/stripe-calls.ts';
import type { Mode } from '../config.ts';
import type { LineContext } from '../context.ts';
import type { RepairContext } from './context.ts';
import { fetchMissedEvents } from './missed.ts';
import { reconcile } from './reconcile.ts';

export interface RepairOptions {
  calls: StripeCalls;
  mode: Mode;
  /** How many calls to Stripe a night's reconcile may make; it goes on the next night. */
  nightlyCalls?: number;
}

/** About half an hour at the pace that leaves room for people: some seven thousand customers a night. */
const NIGHTLY_CALLS = 25_000;

/** What a worker does by the clock to repair: jobs and their times, and what it does as it starts. None without a key. */
export function repairTasks(
  line: LineContext,
  options: RepairOptions | null,
  { pool, signal }: { pool: pg.Pool; signal: AbortSignal },
): { taskList: TaskList; crontab: string[]; onBoot: () => Promise<void> } {
  if (options === null || line.stripe === null) return { taskList: {}, crontab: [], onBoot: async () => {} };
  const { calls, mode, nightlyCalls = NIGHTLY_CALLS } = options;
  const context: RepairContext = { ...line, stripe: line.stripe, calls, mode, pool };

  async function missed(): Promise<void> {
    await untilStopped(() => fetchMissedEvents(context, signal));
  }
  async function nightly(): Promise<void> {
    await untilStopped(async () => {
      const report = await reconcile(context, { budget: nightlyCalls, signal });
      if (report.status === 'busy') return;
      const { drift: _, busy, ...counts } = report;
      line.log.info({ ...counts, busy: busy.length }, 'what we hold was compared with Stripe');
    });
  }
  /** Each run leaves what it has; one that is stopped with its worker has not failed. */
  async function untilStopped(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  return {
    taskList: { missed_events: missed, reconcile: nightly },
    crontab: ['*/5 * * * * missed_events ?max=1', '41 2 * * * reconcile ?max=1'],
    async onBoot() {
      try {
        await missed();
      } catch (error) {
        line.log.warn({ err: error }, 'missed events could not be fetched at the start; they are in five minutes');
      }
    },
  };
}
