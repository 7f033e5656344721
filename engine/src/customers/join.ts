import type { Claim } from '../billing/subject-store.ts';
import { ensureSubject } from '../billing/subject-store.ts';
import type { LineContext } from '../context.ts';
import type { Tx } from '../db/database.ts';
import { effectId } from '../effects/catalog.ts';
import { announceResolved, raiseIssue } from '../effects/settle.ts';
import { wakeChildren } from '../effects/store.ts';
import { refreshSync } from '../effects/sync-store.ts';
import { leaveSubject, lockSubjects, readAliases, wantAnew } from './alias-store.ts';
import { closeDoubles } from './doubles.ts';
import { writeHistory } from './history-store.ts';
import { absorbCustomer, readWhole, retireAccount, retireContact, type WholeCustomer } from './merge-store.ts';
import { listMovable, lockLedgers, moveCustomer, moveRows } from './move-store.ts';

/** What joining needs of the line, so that the dashboard and the command line can do it without a worker's whole context. */
export type JoinContext = Pick<LineContext, 'db' | 'now' | 'wake' | 'connections'>;

export interface Joining {
  fromId: string;
  toId: string;
  /** Who says that the two are one buyer, and why: said where both were known as customers. */
  by: string;
  reason: string;
  /** Of `fromId`, when the caller works under one. */
  claim?: Claim;
}

/**
 * Everything of one subject becomes another's, in one transaction: both are locked in the order all locks on subjects take,
 * both fences rise, so that whoever was at work on either writes nothing, and the other is converged and read anew. Access,
 * plan and contact follow by themselves, since they are decided over all that a subject holds. False when the claim is lost,
 * or when one of the two has become somebody else's since the caller looked.
 */
export async function joinSubjects(context: JoinContext, tx: Tx, joining: Joining): Promise<boolean> {
  const { fromId, toId, claim } = joining;
  const now = context.now();
  await ensureSubject(tx, toId);
  const locked = await lockSubjects(tx, [fromId, toId]);
  if (claim && !locked.some((it) => it.id === claim.id && it.fence === claim.fence)) return false;
  if ((await readAliases(tx, [fromId, toId])).size > 0) return false;

  await lockLedgers(tx, [fromId, toId]);
  const customers = await readWhole(tx, { subjectIds: [fromId, toId] });
  const merged = customers.find((it) => it.subjectId === fromId);
  const kept = customers.find((it) => it.subjectId === toId);
  if (merged && kept) await mergeRows(context, tx, { joining, merged, kept });
  else if (merged) await moveCustomer(tx, fromId, toId);
  await moveRows(tx, fromId, toId);
  await leaveSubject(tx, fromId, now);
  await wantAnew(tx, toId, now);
  await refreshSync(tx, [toId]);
  return true;
}

interface Merging {
  joining: Joining;
  merged: WholeCustomer;
  kept: WholeCustomer;
}

/** Both were known: one row stays, and what was desired for the other is brought to an honest end. */
async function mergeRows(context: JoinContext, tx: Tx, { joining, merged, kept }: Merging): Promise<void> {
  const { fromId, toId, by, reason } = joining;
  const at = context.now();
  const movable = await listMovable(tx, fromId);
  await writeHistory(
    tx,
    {
      what: 'merged',
      customerId: kept.id,
      mergedCustomerId: merged.id,
      fromSubjectId: fromId,
      toSubjectId: toId,
      by,
      reason,
      at,
      originSubjectId: merged.originSubjectId,
    },
    { merged, kept, ...movable },
  );
  await absorbCustomer(tx, { keptId: kept.id, mergedId: merged.id });

  const accountId = effectId('app.account', merged.originSubjectId);
  const account = await retireAccount(tx, accountId, at);
  const contactId = effectId('crm.contact', merged.originSubjectId);
  const contact = await retireContact(tx, contactId, at);
  const settled = [...(account.settled ? [accountId] : []), ...(contact.settled ? [contactId] : [])];
  await wakeChildren(tx, settled, at);
  await announceResolved(context, tx, settled);
  await closeDoubles(context, tx, [merged.id]);
  if (contact.exists) {
    const { vendor = 'crm', label = 'The CRM' } = context.connections.crm ?? {};
    await raiseIssue(context, tx, { slot: 'crm', vendor, label, cause: 'merged_contact' }, contactId);
  }
}
