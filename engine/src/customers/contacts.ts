import { effectId } from '../effects/catalog.ts';
import { announceResolved } from '../effects/settle.ts';
import { readHistory } from './history-store.ts';
import type { JoinContext } from './join.ts';

/** A person has merged a customer's contacts at the CRM: nothing asks for it any more. Returns how many were asked for. */
export async function contactsMerged(context: JoinContext, customerId: string): Promise<number> {
  const merges = (await readHistory(context.db, customerId)).filter((entry) => entry.what === 'merged');
  const contactIds = [...new Set(merges.map((entry) => effectId('crm.contact', entry.originSubjectId)))];
  await context.db.transaction().execute((tx) => announceResolved(context, tx, contactIds));
  context.wake('effects');
  return contactIds.length;
}
