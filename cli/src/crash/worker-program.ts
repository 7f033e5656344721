import { flushCompileCache } from 'node:module';
import type { CrashPoint, Slot } from '@onpaid/engine';
import { openWorker } from '../commands/worker.ts';
import { loadConnectors } from '../program.ts';

/** Where a worker dies. */
export interface Doom {
  point: CrashPoint;
  /** An effect's point counts at this slot alone. */
  slot?: Slot;
  /** Counts only once this point was reached too. */
  after?: CrashPoint;
  /** The how-manieth time; the first when it is left out. */
  nth?: number;
}

/** What the test tells a worker: the first message starts it, a later one changes its clock and its doom. */
export interface Orders {
  env: Record<string, string>;
  /** How far its clock is ahead, so that what a dead worker held is free without waiting for its lease. */
  aheadMs: number;
  doom: Doom | null;
}

/**
 * For the crash matrix alone: the worker of `onpaid worker`, which kills itself as an outage would, with SIGKILL and so
 * without a last word, in the middle of whatever it is doing.
 */
let orders: Orders | null = null;
let passed = new Set<CrashPoint>();
let times = 0;

// Loaded ahead of the orders, which wait in the channel, so that a successor is at hand when the doomed one dies.
await loadConnectors();
// Node would write its compile cache at exit, and these never get that far.
flushCompileCache();

process.on('message', async (given: Orders) => {
  const isRunning = orders !== null;
  orders = given;
  passed = new Set();
  times = 0;
  if (!isRunning) await openWorker(given.env, { now: clock, reached: dieWhereTold });
  process.send?.('ready');
});
process.once('disconnect', () => process.exit(1));

function clock(): Date {
  return new Date(Date.now() + (orders?.aheadMs ?? 0));
}

function dieWhereTold(point: CrashPoint, slot?: Slot): void {
  const doom = orders?.doom;
  if (!doom) return;
  passed.add(point);
  const isHere = point === doom.point && (doom.slot === undefined || doom.slot === slot);
  if (!isHere || (doom.after !== undefined && !passed.has(doom.after))) return;
  times += 1;
  if (times === (doom.nth ?? 1)) process.kill(process.pid, 'SIGKILL');
}
