import { access } from '../billing/access.ts';
import { readUnprojected } from '../billing/event-store.ts';
import type { BillingState } from '../billing/state.ts';
import { readObjects, stateFrom } from '../billing/state-store.ts';
import type { LineContext } from '../context.ts';
import type { Tx } from '../db/database.ts';
import { effectId } from '../effects/catalog.ts';
import { announceResolved } from '../effects/settle.ts';
import { refreshSync } from '../effects/sync-store.ts';
import { readDelivery } from '../receive/delivery.ts';
import { lockSubjects, readAliases, wantAnew } from './alias-store.ts';
import { belongingTo } from './belonging.ts';
import { reviewDoubles } from './doubles.ts';
import { type Moved, markUndone, readMergeOf, writeHistory } from './history-store.ts';
import type { JoinContext } from './join.ts';
import { readWhole, restoreCustomer, setDecision } from './merge-store.ts';
import { lockLedgers, moveShare } from './move-store.ts';
import { summarise } from './summary.ts';

export interface Split {
  /** The customer at Stripe (or the guest's object) that was merged into another. */
  stripeCustomerId: string;
  by: string;
  reason: string;
}

export type SplitResult =
  | { result: 'split'; customerId: string; keptCustomerId: string }
  | { result: 'already_split' }
  | { result: 'never_merged' }
  /** Others moved one of the two meanwhile: nothing was changed, and it may be tried again. */
  | { result: 'busy' };

type SplitContext = JoinContext & Pick<LineContext, 'policy'>;

/**
 * Undoes a merge: what belongs to that customer at Stripe, also what came since, is their own again, under the names it had.
 * Both are converged and read anew. Access is decided over what each holds now and stored, so that neither is told of an
 * ending that was only our correction; accounts and contacts are brought in step.
 */
export async function splitCustomer(context: SplitContext, split: Split): Promise<SplitResult> {
  const result = await context.db.transaction().execute((tx) => undoMerge(context, tx, split));
  if (result.result === 'split') {
    context.wake('subjects');
    context.wake('effects');
  }
  return result;
}

async function undoMerge(context: SplitContext, tx: Tx, split: Split): Promise<SplitResult> {
  const { stripeCustomerId: ownId, by, reason } = split;
  const now = context.now();
  const keptId = (await readAliases(tx, [ownId])).get(ownId);
  // In the order of all locks; whoever moves or splits either of the two waits here.
  await lockSubjects(tx, keptId === undefined ? [ownId] : [ownId, keptId]);
  const merge = await readMergeOf(tx, ownId);
  if (merge === null) return { result: 'never_merged' };
  if (merge.undone) return { result: 'already_split' };
  if (keptId === undefined || (await readAliases(tx, [ownId, keptId])).get(ownId) !== keptId) return { result: 'busy' };

  await lockLedgers(tx, [keptId]);
  const [kept] = await readWhole(tx, { subjectIds: [keptId] });
  if (kept === undefined) throw new Error(`There is no customer for ${keptId}, though ${ownId} was merged into them.`);
  const { moved } = merge;
  const ids = await shareOf(tx, keptId, ownId, moved);
  const eventIds = await waitingFor(tx, keptId, new Set(ids), now);
  await moveShare(tx, { fromId: keptId, toId: ownId, ids, eventIds, aliases: moved.aliases });
  await restoreCustomer(tx, { subjectId: ownId, aliases: moved.aliases, customer: moved.merged, now });
  await markUndone(tx, merge.id, now);
  await writeHistory(
    tx,
    {
      what: 'split',
      customerId: kept.id,
      mergedCustomerId: moved.merged.id,
      fromSubjectId: ownId,
      toSubjectId: keptId,
      by,
      reason,
      at: now,
      originSubjectId: moved.merged.originSubjectId,
    },
    { ...moved, objects: ids },
  );
  await decideAnew(context, tx, ownId, moved.merged.firstPaidAt);
  const stateOfKept = await decideAnew(context, tx, keptId, kept.id === moved.kept.id ? moved.kept.firstPaidAt : null);
  await reviewDoubles(context, tx, [{ customerId: kept.id, state: stateOfKept }]);
  await announceResolved(context, tx, [effectId('crm.contact', moved.merged.originSubjectId)]);
  await wantAnew(tx, ownId, now);
  await wantAnew(tx, keptId, now);
  await refreshSync(tx, [ownId, keptId]);
  return { result: 'split', customerId: moved.merged.id, keptCustomerId: kept.id };
}

async function shareOf(tx: Tx, keptId: string, ownId: string, moved: Moved): Promise<string[]> {
  const { objects } = await believed(tx, keptId);
  const customers = new Set([ownId, ...moved.aliases].filter((id) => id.startsWith('cus_')));
  const before = new Set([ownId, moved.merged.originSubjectId, ...moved.aliases, ...moved.objects]);
  return [
    ...belongingTo(
      Object.values(objects).map((held) => held.value),
      customers,
      before,
    ),
  ];
}

/** Events that name one of theirs and wait to be projected: what they tell of is not believed yet, and so is in no state. */
async function waitingFor(tx: Tx, keptId: string, theirs: ReadonlySet<string>, now: Date): Promise<string[]> {
  const events = await readUnprojected(tx, [keptId]);
  return events
    .filter(({ body }) => body !== null && theirs.has(readDelivery(body, 'test', now).subjectId ?? ''))
    .map((event) => event.id);
}

/** A person has decided it, so it waits for no proof, and nobody is told that anything was taken from them. */
async function decideAnew(
  { policy, now }: SplitContext,
  tx: Tx,
  subjectId: string,
  firstPaidBefore: Date | null,
): Promise<BillingState> {
  const state = await believed(tx, subjectId);
  const decided = access(state, policy, now());
  const { firstPaidAt } = summarise(state, decided, policy);
  await setDecision(tx, { subjectId, access: decided, firstPaidAt: firstPaidAt ?? firstPaidBefore, now: now() });
  return state;
}

async function believed(tx: Tx, subjectId: string): Promise<BillingState> {
  return stateFrom({ id: subjectId, episodes: {} }, await readObjects(tx, [subjectId]));
}
