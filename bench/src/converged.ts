import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { CUSTOMERS, startContender, startOnpaid } from './contenders.ts';
import { firstEvent, type Target, updates } from './events.ts';
import { closedLoad, openLoad } from './load.ts';
import { percentile } from './report.ts';

export interface ConvergedResult {
  throughput: {
    received: number;
    receivedPerSecond: number;
    converged: number;
    /** Over the whole time from the first event sent to the last one converged. */
    convergedPerSecond: number;
    lagSeconds: number;
  };
  access: { rate: number; customers: number; p50: number; p95: number; p99: number; missing: number }[];
}

const GIVE_UP_AFTER_MS = 120_000;

/**
 * The peers have finished their update when they answer and we have not, so this is what to compare with their saturation:
 * events received and converged, with the worker running beside the receiver and taking its share of the same cores.
 */
export async function measureConverged(folder: string, seconds: number): Promise<ConvergedResult> {
  const receiver = await startContender('receiver', folder);
  const worker = await startOnpaid(['worker'], folder, receiver.databaseUrl);
  const pool = new pg.Pool({ connectionString: receiver.databaseUrl, max: 1 });
  try {
    // Access first, while the tables are as empty as they will be; the worker is warm then for the burst.
    const access = [];
    for (const rate of [20, 200]) access.push(await measureAccess(pool, receiver.target, rate, seconds));
    return { throughput: await measureThroughput(pool, receiver.target, seconds), access };
  } finally {
    await pool.end();
    await worker.stop();
    await receiver.stop();
  }
}

async function measureThroughput(
  pool: pg.Pool,
  target: Target,
  seconds: number,
): Promise<ConvergedResult['throughput']> {
  const before = await countConverged(pool);
  const startedAt = performance.now();
  const load = await closedLoad(target.port, updates(target, CUSTOMERS), 64, seconds);
  const receivedAt = performance.now();
  while ((await countWaiting(pool)) > 0 && performance.now() - receivedAt < GIVE_UP_AFTER_MS) await delay(20);
  const convergedAt = performance.now();
  const converged = (await countConverged(pool)) - before;
  return {
    received: load.accepted,
    receivedPerSecond: load.accepted / load.seconds,
    converged,
    convergedPerSecond: (converged * 1_000) / (convergedAt - startedAt),
    lagSeconds: (convergedAt - receivedAt) / 1_000,
  };
}

/** New customers at an even rate; each is timed until their access can be read, by asking for it again and again. */
async function measureAccess(
  pool: pg.Pool,
  target: Target,
  rate: number,
  seconds: number,
): Promise<ConvergedResult['access'][number]> {
  const waiting = new Map<string, number>();
  const latencies: number[] = [];
  let count = 0;
  const nextCustomer = () => {
    count += 1;
    const number = `new${rate}x${count}`;
    waiting.set(`cus_${number}`, performance.now());
    return firstEvent(target, number);
  };
  const sending = openLoad(target.port, nextCustomer, rate, seconds);
  let isSending = true;
  const sent = sending.then(() => {
    isSending = false;
    return performance.now();
  });
  const giveUpAt = performance.now() + seconds * 1_000 + 10_000;
  while ((isSending || waiting.size > 0) && performance.now() < giveUpAt) {
    for (const id of await readAllowed(pool, [...waiting.keys()])) {
      latencies.push(performance.now() - (waiting.get(id) ?? 0));
      waiting.delete(id);
    }
    await delay(2);
  }
  await sent;
  latencies.sort((a, b) => a - b);
  const [p50 = 0, p95 = 0, p99 = 0] = [0.5, 0.95, 0.99].map((share) => percentile(latencies, share));
  return { rate, customers: count, p50, p95, p99, missing: waiting.size };
}

async function readAllowed(pool: pg.Pool, subjectIds: string[]): Promise<string[]> {
  if (subjectIds.length === 0) return [];
  const { rows } = await pool.query<{ subject_id: string }>(
    'select subject_id from onpaid.customer where access_allowed and subject_id = any($1)',
    [subjectIds],
  );
  return rows.map((row) => row.subject_id);
}

async function countWaiting(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    'select count(*)::integer as count from onpaid.subject where wanted > done',
  );
  return rows[0]?.count ?? 0;
}

async function countConverged(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    'select count(*)::integer as count from onpaid.event where projected_at is not null',
  );
  return rows[0]?.count ?? 0;
}
