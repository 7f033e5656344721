import type Stripe from 'stripe';
import type { Busy, RepairContext } from './context.ts';
import { countCalls } from './counted-calls.ts';
import type { DriftCause } from './drift.ts';
import { type Drift, findSubjects, readSubjectsAfter, readUnheld } from './drift-store.ts';
import { closeGap } from './missed.ts';
import { pagesBehind } from './pages.ts';
import { reconcileSubject } from './reconcile-subject.ts';
import { leaveWalk, saveWalk, takeWalk, type Walk } from './walk-store.ts';

export interface ReconcileOptions {
  /** Compares and tells, and changes nothing at all. */
  dryRun?: boolean;
  /** Stops after about so many calls to Stripe; the next run goes on from there. */
  budget?: number;
  /** From the beginning, though an earlier run was not finished. */
  restart?: boolean;
  signal?: AbortSignal;
  onProgress?: (counts: ReconcileCounts) => void;
}

export interface ReconcileCounts {
  /** Compared with Stripe. */
  subjects: number;
  /** Of those, how many differed in anything. */
  differing: number;
  /** Stripe had them, and we had nothing. */
  unheld: number;
  fields: Record<DriftCause, number>;
  /** Could not be read from Stripe; verification goes on trying. */
  failed: number;
}

export interface ReconcileReport extends ReconcileCounts {
  status: 'finished' | 'stopped';
  isResumed: boolean;
  calls: number;
  /** Of this run, up to a thousand; all are in the table. */
  drift: Drift[];
  /** Still being converged when the walk had ended: what they hold is not compared. */
  busy: string[];
}

/** Ours in the order of their ids, then what Stripe lists and we do not hold, then those that were busy. */
interface Position {
  phase: 'ours' | 'customers' | 'subscriptions' | 'busy';
  after: string | null;
  busy: string[];
}

const AT_ONCE = 8;
const MOST_KEPT = 1_000;

/**
 * Everybody we know, and everybody Stripe knows, compared object by object and healed. Interrupted anywhere, or out of budget,
 * the next run goes on where this one stopped.
 */
export async function reconcile(
  context: RepairContext,
  options: ReconcileOptions = {},
): Promise<ReconcileReport | Busy> {
  const { dryRun = false, restart = false, budget = Number.POSITIVE_INFINITY } = options;
  const signal = options.signal ?? new AbortController().signal;
  const { counted, spent } = countCalls(context);
  // A dry run takes no walk up and saves none: it sees everybody, and leaves no trace.
  const walk = dryRun
    ? null
    : await takeWalk<Position, ReconcileCounts>(context.db, 'reconcile', {
        by: context.workerId,
        now: context.now(),
        restart,
      });
  if (walk === null && !dryRun) return { status: 'busy' };
  const report: ReconcileReport = {
    status: 'finished',
    isResumed: walk?.isResumed ?? false,
    ...(walk?.counts ?? noCounts()),
    calls: 0,
    drift: [],
    busy: [],
  };
  const isOver = () => signal.aborted || spent() >= budget;
  const run: Run = {
    context: counted,
    walk,
    report,
    dryRun,
    signal,
    isOver,
    met: new Set(),
    onProgress: options.onProgress,
  };
  try {
    const position = await walkOn(run, walk?.position ?? { phase: 'ours', after: null, busy: [] });
    report.busy = position.busy;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    report.calls = spent();
    if (isOver()) report.status = 'stopped';
    if (walk) await leaveWalk(context.db, walk, { isFinished: report.status === 'finished', now: context.now() });
  }
  if (report.status === 'finished' && !dryRun) await closeGap(context);
  return report;
}

/** One customer, by Stripe's id, ours, or an address. Null when neither we nor Stripe know of any. */
export async function reconcileCustomer(
  context: RepairContext,
  wanted: string,
  options: Pick<ReconcileOptions, 'dryRun' | 'signal'> = {},
): Promise<ReconcileReport | null> {
  const { dryRun = false, signal = new AbortController().signal } = options;
  const { counted, spent } = countCalls(context);
  const known = await findSubjects(context.db, wanted);
  const ids = known.length === 0 && wanted.startsWith('cus_') ? [wanted] : known;
  if (ids.length === 0) return null;
  const report: ReconcileReport = {
    status: 'finished',
    isResumed: false,
    ...noCounts(),
    calls: 0,
    drift: [],
    busy: [],
  };
  const run: Run = {
    context: counted,
    walk: null,
    report,
    dryRun,
    signal,
    isOver: () => signal.aborted,
    met: new Set(),
  };
  report.busy = await compareAll(run, ids, { throws: true });
  report.calls = spent();
  return report;
}

interface Run {
  context: RepairContext;
  /** Null when nothing is to be remembered. */
  walk: Walk<Position, ReconcileCounts> | null;
  report: ReconcileReport;
  dryRun: boolean;
  signal: AbortSignal;
  isOver: () => boolean;
  /** Found in Stripe's lists; a dry run leaves them as unheld as they were. */
  met: Set<string>;
  onProgress?: ReconcileOptions['onProgress'];
}

async function walkOn(run: Run, from: Position): Promise<Position> {
  let position = from;
  while (!run.isOver()) {
    switch (position.phase) {
      case 'ours':
        position = await walkOurs(run, position);
        break;
      case 'customers':
        position = await walkList(run, position, customers);
        break;
      case 'subscriptions':
        position = await walkList(run, position, subscriptions);
        break;
      case 'busy':
        return { ...position, busy: await compareAll(run, position.busy) };
      default:
        return position.phase satisfies never;
    }
  }
  return position;
}

async function walkOurs(run: Run, from: Position): Promise<Position> {
  let position = from;
  while (!run.isOver()) {
    const ids = await readSubjectsAfter(run.context.db, position.after, AT_ONCE);
    const last = ids.at(-1);
    if (last === undefined) return { ...position, phase: 'customers', after: null };
    const busy = await compareAll(run, ids);
    position = await reach(run, { ...position, after: last, busy: [...position.busy, ...busy] });
  }
  return position;
}

/** A list of Stripe's, and whom its objects belong to. */
interface Listed<T extends { id: string }> {
  endpoint: string;
  list(stripe: Stripe, cursor: { starting_after?: string }): Promise<{ data: T[]; has_more: boolean }>;
  ownerOf(object: T): string | null;
  next: Position['phase'];
}

const customers: Listed<Stripe.Customer> = {
  endpoint: 'customers',
  list: (stripe, cursor) => stripe.customers.list({ limit: 100, ...cursor }),
  ownerOf: (customer) => customer.id,
  next: 'subscriptions',
};

const subscriptions: Listed<Stripe.Subscription> = {
  endpoint: 'subscriptions',
  list: (stripe, cursor) => stripe.subscriptions.list({ status: 'all', limit: 100, ...cursor }),
  ownerOf: ({ customer }) => (typeof customer === 'object' ? (customer?.id ?? null) : customer),
  next: 'busy',
};

async function walkList<T extends { id: string }>(run: Run, from: Position, listed: Listed<T>): Promise<Position> {
  const { endpoint, list, ownerOf, next } = listed;
  let position = from;
  const pages = pagesBehind(run.context.calls, endpoint, { list, after: position.after, signal: run.signal });
  for await (const page of pages) {
    const unheld = await readUnheld(
      run.context.db,
      page.map((object) => object.id),
    );
    const owners = page.flatMap((object) => (unheld.has(object.id) ? (ownerOf(object) ?? []) : []));
    const ids = [...new Set(owners).difference(run.met)];
    for (const id of ids) run.met.add(id);
    const busy: string[] = [];
    for (let i = 0; i < ids.length; i += AT_ONCE) busy.push(...(await compareAll(run, ids.slice(i, i + AT_ONCE))));
    run.report.unheld += unheld.size;
    position = await reach(run, {
      ...position,
      after: page.at(-1)?.id ?? position.after,
      busy: [...position.busy, ...busy],
    });
    if (run.isOver()) return position;
  }
  return { ...position, phase: next, after: null };
}

/** Compares these side by side; returns those that were busy. */
async function compareAll(run: Run, ids: string[], { throws = false } = {}): Promise<string[]> {
  const busy = await Promise.all(ids.map((id) => compareOne(run, id, throws)));
  run.onProgress?.(run.report);
  return busy.flat();
}

async function compareOne(run: Run, id: string, throws: boolean): Promise<string[]> {
  const { context, report, dryRun, signal } = run;
  try {
    const outcome = await reconcileSubject(context, id, { dryRun, signal });
    if (outcome.status === 'busy') return [id];
    report.subjects += 1;
    if (outcome.status === 'compared') count(report, outcome.drift);
    return [];
  } catch (error) {
    if (throws || signal.aborted) throw error;
    report.failed += 1;
    context.log.warn({ err: error, subjectId: id }, 'a subject could not be reconciled');
    return [];
  }
}

function count(report: ReconcileReport, drift: Drift[]): void {
  if (drift.length > 0) report.differing += 1;
  for (const { cause } of drift) report.fields[cause] += 1;
  report.drift.push(...drift.slice(0, MOST_KEPT - report.drift.length));
}

async function reach(run: Run, position: Position): Promise<Position> {
  const { subjects, differing, unheld, fields, failed } = run.report;
  const counts = { subjects, differing, unheld, fields, failed };
  if (run.walk) await saveWalk(run.context.db, run.walk, { position, counts }, run.context.now());
  return position;
}

function noCounts(): ReconcileCounts {
  return { subjects: 0, differing: 0, unheld: 0, fields: { missed: 0, late: 0, bug: 0, unknown: 0 }, failed: 0 };
}
