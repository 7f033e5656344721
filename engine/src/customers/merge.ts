import { readMergedInto } from './history-store.ts';
import { type JoinContext, joinSubjects } from './join.ts';
import { readWhole } from './merge-store.ts';

export interface Merge {
  /** Ids of ours: the customer that stays, and the one whose things become theirs. */
  keep: string;
  merge: string;
  by: string;
  reason: string;
}

export type Merged =
  | { result: 'merged'; customerId: string }
  | { result: 'already_merged'; customerId: string }
  | { result: 'same' }
  | { result: 'not_found'; id: string }
  /** Others kept moving one of the two meanwhile: nothing was changed, and it may be tried again. */
  | { result: 'busy' };

/** How often the two may be moved by others while we look. */
const TRIES = 5;

/**
 * Two customers are one buyer. What both hold is held by one from now on, which then has the best access of both; nothing is
 * said twice, because what was said is named after Stripe's objects. May be repeated, and undone by `splitCustomer`. One
 * database holds customers of one mode only (SE1), so the two are always of the same.
 */
export async function mergeCustomers(context: JoinContext, { keep, merge, by, reason }: Merge): Promise<Merged> {
  if (keep === merge) return { result: 'same' };
  for (let tries = 0; tries < TRIES; tries += 1) {
    const customers = await readWhole(context.db, { ids: [keep, merge] });
    const kept = customers.find((it) => it.id === keep);
    const merged = customers.find((it) => it.id === merge);
    if (kept === undefined || merged === undefined) {
      const isDone = kept !== undefined && (await readMergedInto(context.db, merge)) === keep;
      if (isDone) return { result: 'already_merged', customerId: keep };
      return { result: 'not_found', id: kept === undefined ? keep : merge };
    }
    const joining = { fromId: merged.subjectId, toId: kept.subjectId, by, reason };
    const isJoined = await context.db.transaction().execute((tx) => joinSubjects(context, tx, joining));
    if (!isJoined) continue;
    context.wake('subjects');
    context.wake('effects');
    return { result: 'merged', customerId: keep };
  }
  return { result: 'busy' };
}
