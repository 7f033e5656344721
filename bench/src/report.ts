import type { ConvergedResult } from './converged.ts';

/** The median of the rounds, and the lowest and highest of them. */
export interface Spread {
  median: number;
  low: number;
  high: number;
}

export interface Measured {
  phase: string;
  contender: string;
  before200: string;
  eventsPerSecond: Spread;
  /** Milliseconds until the answer, of those answered 200. */
  p50: Spread;
  p95: Spread;
  p99: Spread;
  notAccepted: number;
  /** What the others got, a round each; empty when all were accepted. */
  refused: Record<string, number>[];
}

/** Of ascending values; NaN when there are none. */
export function percentile(ascending: number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? Number.NaN;
}

export function spreadOf(values: number[]): Spread {
  const ascending = [...values].sort((a, b) => a - b);
  return {
    median: percentile(ascending, 0.5),
    low: ascending[0] ?? Number.NaN,
    high: ascending.at(-1) ?? Number.NaN,
  };
}

export function printPhase(phase: string, rows: Measured[]): void {
  console.log(`\n${phase}`);
  printTable([
    ['', 'events/s', 'p50 ms', 'p95 ms', 'p99 ms', 'not accepted'],
    ...rows.map((row) => [
      row.contender,
      inWords(row.eventsPerSecond, 0),
      inWords(row.p50, 1),
      inWords(row.p95, 1),
      inWords(row.p99, 1),
      String(row.notAccepted),
    ]),
  ]);
}

export function printConverged({ throughput, access }: ConvergedResult): void {
  console.log('\nReceived and converged: Onpaid receiver and one worker, provisional (no Stripe to verify against)');
  printTable([
    ['received', 'received/s', 'converged', 'received and converged/s', 'worker done after the last answer'],
    [
      String(throughput.received),
      Math.round(throughput.receivedPerSecond).toString(),
      String(throughput.converged),
      Math.round(throughput.convergedPerSecond).toString(),
      `${throughput.lagSeconds.toFixed(1)} s`,
    ],
  ]);
  console.log("\nFrom a new customer's first event to access in the database");
  printTable([
    ['customers/s', 'customers', 'p50 ms', 'p95 ms', 'p99 ms', 'without access after 10 s'],
    ...access.map((row) => [
      String(row.rate),
      String(row.customers),
      row.p50.toFixed(1),
      row.p95.toFixed(1),
      row.p99.toFixed(1),
      String(row.missing),
    ]),
  ]);
}

function inWords({ median, low, high }: Spread, digits: number): string {
  const format = (value: number) =>
    value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${format(median)} (${format(low)}-${format(high)})`;
}

function printTable(rows: string[][]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows) {
    console.log(
      row.map((cell, column) => (column ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[0] ?? 0))).join('  '),
    );
  }
}
