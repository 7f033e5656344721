import { sql } from 'kysely';
import type { Tx } from '../db/database.ts';
import type { IssueRow } from '../effects/issues.ts';

const keyOf = (customerId: string) => `customer|two_subscriptions|${customerId}`;

/** The customer's issue; null when it is open already. */
export async function openIssue(tx: Tx, customerId: string, title: string, now: Date): Promise<IssueRow | null> {
  const { rows } = await sql<IssueRow>`
    insert into onpaid.issue (cause_key, cause, title, opened_at, last_seen_at)
    values (${keyOf(customerId)}, 'two_subscriptions', ${title}, ${now}, ${now})
    on conflict (cause_key) where state <> 'resolved' do nothing
    returning id, slot, vendor, cause, title, occurrences, 0 as effects
  `.execute(tx);
  return rows[0] ?? null;
}

/** Those that were open. */
export async function closeIssues(tx: Tx, customerIds: string[], now: Date): Promise<IssueRow[]> {
  const { rows } = await sql<IssueRow>`
    update onpaid.issue
    set state = 'resolved', resolved_at = ${now}
    where cause_key = any(${customerIds.map(keyOf)}) and state <> 'resolved'
    returning id, slot, vendor, cause, title, occurrences, 0 as effects
  `.execute(tx);
  return rows;
}
