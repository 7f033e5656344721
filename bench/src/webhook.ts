import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ContenderKey, CUSTOMERS, contenders, type Running, startContender } from './contenders.ts';
import { measureConverged } from './converged.ts';
import { bodyBytes, updates } from './events.ts';
import { closedLoad, type Load, openLoad } from './load.ts';
import { type Measured, percentile, printConverged, printPhase, spreadOf } from './report.ts';

export interface WebhookOptions {
  rounds: number;
  /** Of each phase of each round. */
  seconds: number;
  only: ContenderKey[];
  converged: boolean;
}

const phases = {
  '200 events/s': (port: number, request: () => Buffer, seconds: number) => openLoad(port, request, 200, seconds),
  '1,000 events/s': (port: number, request: () => Buffer, seconds: number) => openLoad(port, request, 1_000, seconds),
  'saturation, 32 at once': (port: number, request: () => Buffer, seconds: number) =>
    closedLoad(port, request, 32, seconds),
  'saturation, 128 at once': (port: number, request: () => Buffer, seconds: number) =>
    closedLoad(port, request, 128, seconds),
} as const;
type Phase = keyof typeof phases;
const phaseNames = Object.keys(phases) as Phase[];

/**
 * The webhook, answered: contenders side by side, each against a durable PostgreSQL of its own, taking turns within every
 * phase of every round, so that what the machine does meanwhile falls on all of them.
 */
export async function benchWebhook(options: WebhookOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'onpaid-bench-'));
  const running = new Map<ContenderKey, Running>();
  const loadBefore = loadavg()[0] ?? 0;
  try {
    for (const key of options.only) {
      say(`starting ${contenders[key].name}`);
      running.set(key, await startContender(key, join(folder, key)));
    }
    const loads = await measureRounds(running, options);
    const lost = await countLost(running, loads);
    const measured = summarize(loads, options);
    await stopAll(running);
    const converged = options.converged ? await measureConverged(join(folder, 'converged'), options.seconds) : null;

    console.log(
      `\nSigned events of ${bodyBytes()} bytes about ${CUSTOMERS} customers; ${options.rounds} rounds of ${options.seconds} s a phase; Node ${process.version}.`,
    );
    for (const phase of phaseNames)
      printPhase(
        phase,
        measured.filter((row) => row.phase === phase),
      );
    for (const [key, count] of lost)
      console.log(`${contenders[key].name}: ${count} acknowledged events are not in its table.`);
    if (converged) printConverged(converged);
    const loadAverage = { before: loadBefore, after: loadavg()[0] ?? 0 };
    console.log(
      `\n${JSON.stringify({ ...options, bodyBytes: bodyBytes(), loadAverage, measured, lost: Object.fromEntries(lost), converged })}`,
    );
  } finally {
    await stopAll(running);
    await rm(folder, { recursive: true, force: true });
  }
}

type Loads = Map<ContenderKey, Record<Phase | 'warm-up', Load[]>>;

async function measureRounds(running: Map<ContenderKey, Running>, { rounds, seconds }: WebhookOptions): Promise<Loads> {
  const loads: Loads = new Map();
  const requests = new Map<ContenderKey, () => Buffer>();
  for (const [key, { target }] of running) {
    const request = updates(target, CUSTOMERS);
    requests.set(key, request);
    const warmUp = await closedLoad(target.port, request, 32, 2);
    if (warmUp.accepted < warmUp.sent) {
      throw new Error(`${contenders[key].name} refused part of the warm-up: ${JSON.stringify(warmUp.refused)}.`);
    }
    loads.set(key, {
      'warm-up': [warmUp],
      '200 events/s': [],
      '1,000 events/s': [],
      'saturation, 32 at once': [],
      'saturation, 128 at once': [],
    });
  }
  for (let round = 1; round <= rounds; round += 1) {
    for (const phase of phaseNames) {
      say(`round ${round} of ${rounds}: ${phase}`);
      for (const [key, { target }] of inTurn([...running], round)) {
        const request = requests.get(key) ?? updates(target, CUSTOMERS);
        loads.get(key)?.[phase].push(await phases[phase](target.port, request, seconds));
      }
    }
  }
  return loads;
}

/** Whoever went first goes last next time. */
function inTurn<T>(items: T[], round: number): T[] {
  const first = (round - 1) % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

/** Of those that keep events: how many acknowledged ones are missing. Anything but 0 is a defect. */
async function countLost(running: Map<ContenderKey, Running>, loads: Loads): Promise<Map<ContenderKey, number>> {
  const lost = new Map<ContenderKey, number>();
  for (const [key, { countStored }] of running) {
    if (countStored === null) continue;
    const accepted = Object.values(loads.get(key) ?? {})
      .flat()
      .reduce((sum, load) => sum + load.accepted, 0);
    lost.set(key, Math.max(0, accepted - (await countStored())));
  }
  return lost;
}

function summarize(loads: Loads, { only }: WebhookOptions): Measured[] {
  return only.flatMap((key) =>
    phaseNames.map((phase) => {
      const rounds = loads.get(key)?.[phase] ?? [];
      return {
        phase,
        contender: contenders[key].name,
        before200: contenders[key].before200,
        eventsPerSecond: spreadOf(rounds.map((load) => load.accepted / load.seconds)),
        p50: spreadOf(rounds.map((load) => percentile(load.latencies, 0.5))),
        p95: spreadOf(rounds.map((load) => percentile(load.latencies, 0.95))),
        p99: spreadOf(rounds.map((load) => percentile(load.latencies, 0.99))),
        notAccepted: rounds.reduce((sum, load) => sum + load.sent - load.accepted, 0),
        refused: rounds.map((load) => load.refused).filter((refused) => Object.keys(refused).length > 0),
      };
    }),
  );
}

async function stopAll(running: Map<ContenderKey, Running>): Promise<void> {
  for (const [key, { stop }] of running) {
    running.delete(key);
    await stop();
  }
}

function say(text: string): void {
  console.error(`- ${text}`);
}
