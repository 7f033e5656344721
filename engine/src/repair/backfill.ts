import { understand } from '../billing/stripe-shapes.ts';
import { applyStaged } from './backfill-apply.ts';
import { type BackfillKind, backfillKinds, type Listed } from './backfill-kinds.ts';
import { clearStage, countHeld, type Staged, stageObjects } from './backfill-store.ts';
import type { Busy, RepairContext } from './context.ts';
import { readUnheld } from './drift-store.ts';
import { leaveWalk, saveWalkPart, takeWalk, type Walk } from './walk-store.ts';

export interface BackfillOptions {
  /** Counts what Stripe lists, and changes nothing. */
  dryRun?: boolean;
  /** From the beginning, though an earlier run was not finished. */
  restart?: boolean;
  signal?: AbortSignal;
  onProgress?: (progress: BackfillProgress) => void;
}

/** By kind, then by status. */
type Counts = Record<string, Record<string, number>>;

export interface BackfillProgress {
  listed: Counts;
  /** Customers converged so far by this run. */
  applied: number;
}

export interface BackfillReport extends BackfillProgress {
  status: 'finished' | 'stopped';
  isResumed: boolean;
  /** Kept out, because Stripe's object is of a shape we do not know, or belongs to nobody; the log names them. */
  skipped: number;
  /** Listed and not held before; in a dry run only. */
  unheld: number;
  /** Could not be converged, or are at work: the next run takes them up. */
  left: string[];
  /** Per kind and status, what Stripe listed and what we hold now. */
  completeness: { kind: string; status: string; listed: number; held: number }[];
}

/** Where the list of each kind is. */
type Position = Record<string, { after: string | null; isDone: boolean }>;
type BackfillWalk = Walk<Position, Counts>;

/**
 * Takes over a whole account: every list is read by pages and kept aside, and then each customer is converged once, with all
 * they have. What happened before this installation went live is too old to say; contacts and accounts are brought in step.
 * Interrupted anywhere, the next run goes on where this one was.
 */
export async function backfill(context: RepairContext, options: BackfillOptions = {}): Promise<BackfillReport | Busy> {
  const { dryRun = false, restart = false, onProgress = () => {} } = options;
  const signal = options.signal ?? new AbortController().signal;
  if (dryRun) return countOnly(context, signal, onProgress);
  const walk: BackfillWalk | null = await takeWalk(context.db, 'backfill', {
    by: context.workerId,
    now: context.now(),
    restart,
  });
  if (walk === null) return { status: 'busy' };
  if (!walk.isResumed) await clearStage(context.db);
  const report = emptyReport({ isResumed: walk.isResumed, listed: walk.counts ?? {} });
  const tell = () => onProgress(report);
  let isFinished = false;
  try {
    await sideBySide(signal, (together) =>
      backfillKinds.map((kind) => listKind(context, { walk, kind, report, signal: together, tell })),
    );
    report.left = await applyStaged(context, {
      walk,
      signal,
      onApplied: (count) => {
        report.applied += count;
        tell();
      },
    });
    isFinished = !signal.aborted && report.left.length === 0;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await leaveWalk(context.db, walk, { isFinished, now: context.now() });
  }
  report.status = isFinished ? 'finished' : 'stopped';
  report.completeness = await compareCounts(context, report.listed);
  return report;
}

/** All of them have ended when this does; one that fails stops the others where they are. */
async function sideBySide(signal: AbortSignal, start: (together: AbortSignal) => Promise<void>[]): Promise<void> {
  const failing = new AbortController();
  const running = start(AbortSignal.any([signal, failing.signal]));
  for (const one of running) one.catch(() => failing.abort());
  const failed = (await Promise.allSettled(running)).filter((it) => it.status === 'rejected');
  const first = failed.find(({ reason }) => !isAbort(reason)) ?? failed[0];
  if (first) throw first.reason;
}

function isAbort(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'AbortError';
}

interface Listing {
  walk: BackfillWalk;
  kind: BackfillKind;
  report: BackfillReport;
  signal: AbortSignal;
  tell: () => void;
}

/** One list, page by page; a page and how far we are is one commit. The next page is on its way while one is written. */
async function listKind(context: RepairContext, { walk, kind: { kind, pages }, report, signal, tell }: Listing) {
  const position = walk.position?.[kind] ?? { after: null, isDone: false };
  if (position.isDone) return;
  const counts = { ...report.listed[kind] };
  let { after } = position;
  let written: Promise<void> = Promise.resolve();
  let readAt = context.now();
  try {
    for await (const page of pages(context.calls, after, signal)) {
      await written;
      signal.throwIfAborted();
      const staged = page.flatMap((listed) => stagedFrom(context, report, { kind, listed, readAt }));
      for (const { value } of staged) add(counts, statusOf(value));
      after = page.at(-1)?.id ?? after;
      written = save({ after, isDone: false }, staged);
      // Whoever fails first is told of; what is under way is waited for either way.
      written.catch(() => {});
      readAt = context.now();
    }
  } finally {
    await written;
  }
  await save({ after, isDone: true }, []);

  async function save(reached: { after: string | null; isDone: boolean }, staged: Staged[]): Promise<void> {
    const saved = { ...counts };
    await context.db.transaction().execute(async (tx) => {
      await stageObjects(tx, staged);
      await saveWalkPart(tx, walk, { name: kind, position: reached, counts: saved }, context.now());
    });
    report.listed = { ...report.listed, [kind]: saved };
    tell();
  }
}

function stagedFrom(
  { log }: RepairContext,
  report: BackfillReport,
  { kind, listed, readAt }: { kind: BackfillKind['kind']; listed: Listed; readAt: Date },
): Staged[] {
  const understood = understand(kind, listed.raw);
  if (understood.ok && listed.ownerId !== null) {
    return [{ subjectId: listed.ownerId, value: understood.object, readAt }];
  }
  report.skipped += 1;
  const reason = understood.ok ? 'it belongs to no customer' : understood.reason;
  log.warn({ objectId: listed.id, kind, reason }, 'a listed object was not taken over');
  return [];
}

async function countOnly(
  context: RepairContext,
  signal: AbortSignal,
  onProgress: (progress: BackfillProgress) => void,
): Promise<BackfillReport> {
  const report = emptyReport({ isResumed: false, listed: {} });
  try {
    await sideBySide(signal, (together) =>
      backfillKinds.map(async ({ kind, pages }) => {
        const counts: Record<string, number> = {};
        for await (const page of pages(context.calls, null, together)) {
          const ids = page.map((listed) => listed.id);
          const unheld = await readUnheld(context.db, ids);
          report.unheld += unheld.size;
          const readAt = context.now();
          for (const { value } of page.flatMap((listed) => stagedFrom(context, report, { kind, listed, readAt }))) {
            add(counts, statusOf(value));
          }
          report.listed = { ...report.listed, [kind]: { ...counts } };
          onProgress(report);
        }
      }),
    );
  } catch (error) {
    if (!signal.aborted) throw error;
    report.status = 'stopped';
  }
  report.completeness = await compareCounts(context, report.listed);
  return report;
}

async function compareCounts({ db }: RepairContext, listed: Counts): Promise<BackfillReport['completeness']> {
  const held = await countHeld(
    db,
    backfillKinds.map(({ kind }) => kind),
  );
  return backfillKinds.flatMap(({ kind }) => {
    const ours = new Map(held.filter((row) => row.kind === kind).map((row) => [row.status, row.held]));
    const theirs = new Map(Object.entries(listed[kind] ?? {}));
    const statuses = [...new Set([...theirs.keys(), ...ours.keys()])].sort();
    return statuses.map((status) => ({
      kind,
      status,
      listed: theirs.get(status) ?? 0,
      held: ours.get(status) ?? 0,
    }));
  });
}

function emptyReport({ isResumed, listed }: { isResumed: boolean; listed: Counts }): BackfillReport {
  return { status: 'finished', isResumed, listed, applied: 0, skipped: 0, unheld: 0, left: [], completeness: [] };
}

function statusOf(value: Staged['value']): string {
  return 'status' in value ? value.status : 'all';
}

function add(counts: Record<string, number>, status: string): void {
  counts[status] = (counts[status] ?? 0) + 1;
}
