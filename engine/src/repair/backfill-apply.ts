import { circumstancesOf, writeDecisions } from '../billing/commit.ts';
import { convergeSubjects } from '../billing/converge.ts';
import { type Circumstances, decide } from '../billing/decide.ts';
import type { BillingState } from '../billing/state.ts';
import { readableStateFrom, readObjects } from '../billing/state-store.ts';
import type { Claim } from '../billing/subject-store.ts';
import { readCustomers } from '../customers/store.ts';
import { claimForBackfill, readStagedSubjects, type Staged, takeStaged } from './backfill-store.ts';
import type { RepairContext } from './context.ts';
import { keepWalk, type Walk } from './walk-store.ts';

const SUBJECTS_AT_ONCE = 200;
/** One batch is decided while the database writes the other. */
const BATCHES_AT_ONCE = 2;
/** Then whoever is still at work is left for the next run. */
const MOST_PASSES = 5;
/** What changed so shortly before its page was read came as an event too, and clocks differ: the page does not overrule it. */
const CLOCKS_DIFFER_MS = 60_000;

interface Applying {
  walk: Pick<Walk<unknown, unknown>, 'name' | 'by' | 'startedAt'>;
  signal: AbortSignal;
  onApplied: (count: number) => void;
}

/** Converges every customer of whom something is kept aside. Returns those it could not. */
export async function applyStaged(context: RepairContext, applying: Applying): Promise<string[]> {
  let left: string[] = [];
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    left = await applyOnce(context, applying);
    if (left.length === 0 || applying.signal.aborted) break;
    // They have events to converge first; where nobody else does that, we do.
    await convergeSubjects(context, { budgetMs: 2_000, limit: SUBJECTS_AT_ONCE });
  }
  return left;
}

async function applyOnce(context: RepairContext, { walk, signal, onApplied }: Applying): Promise<string[]> {
  const circumstances = await circumstancesOf(context);
  const left: string[] = [];
  const nextBatch = batches(context);
  await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, applyInTurn));
  return left;

  async function applyInTurn(): Promise<void> {
    while (!signal.aborted) {
      const ids = await nextBatch();
      if (ids.length === 0) return;
      const stayed = await applyBatch(context, circumstances, ids);
      left.push(...stayed);
      onApplied(ids.length - stayed.length);
      await keepWalk(context.db, walk, context.now());
    }
  }
}

/** The staged subjects, a batch a call, each once. */
function batches({ db }: RepairContext): () => Promise<string[]> {
  let after: string | null = null;
  let reading: Promise<string[]> = Promise.resolve([]);
  return () => {
    reading = reading.then(async () => {
      const ids = await readStagedSubjects(db, after, SUBJECTS_AT_ONCE);
      after = ids.at(-1) ?? after;
      return ids;
    });
    return reading;
  };
}

/** One transaction for the batch; when it fails, one for each subject. Returns those that stay for later. */
async function applyBatch(context: RepairContext, circumstances: Circumstances, ids: string[]): Promise<string[]> {
  try {
    const done = await applyTogether(context, circumstances, ids);
    context.wake('effects');
    return ids.filter((id) => !done.has(id));
  } catch (error) {
    if (ids.length > 1) {
      const stayed: string[] = [];
      for (const id of ids) stayed.push(...(await applyBatch(context, circumstances, [id])));
      return stayed;
    }
    context.log.error({ err: error, subjectId: ids[0] }, 'a customer could not be taken over');
    return ids;
  }
}

async function applyTogether(
  context: RepairContext,
  circumstances: Circumstances,
  ids: string[],
): Promise<Set<string>> {
  const now = context.now();
  return await context.db.transaction().execute(async (tx) => {
    const claims = await claimForBackfill(tx, ids, now);
    const claimed = claims.map((claim) => claim.id);
    const staged = Map.groupBy(await takeStaged(tx, claimed), (it) => it.subjectId);
    const objects = Map.groupBy(await readObjects(tx, claimed), (it) => it.subjectId);
    const customers = new Map((await readCustomers(tx, claimed)).map((it) => [it.subjectId, it]));
    const mine = claims.flatMap((claim) => {
      const { state: before } = readableStateFrom(claim, objects.get(claim.id) ?? []);
      const snapshot = snapshotOf(claim, before, staged.get(claim.id) ?? []);
      if (snapshot === null) return [];
      const customer = customers.get(claim.id) ?? null;
      return [{ claim, decision: decide({ before, customer, events: [], snapshot }, circumstances) }];
    });
    if (mine.length > 0) await writeDecisions(tx, mine, now, 'backfill');
    return new Set(claimed);
  });
}

/** Part of what Stripe has of a subject, and it says nothing of the rest. Null when everything is known better already. */
function snapshotOf({ id: subjectId }: Pick<Claim, 'id'>, before: BillingState, staged: Staged[]) {
  const news = staged.filter(({ value, readAt }) => {
    const held = before.objects[value.id];
    return held === undefined || held.stamp.occurredAt.getTime() < readAt.getTime() - CLOCKS_DIFFER_MS;
  });
  if (news.length === 0) return null;
  const readAt = new Date(Math.min(...news.map((it) => it.readAt.getTime())));
  return { subjectId, ownerId: null, readAt, objects: news.map((it) => it.value), gone: [] };
}
