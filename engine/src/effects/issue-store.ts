import { sql } from 'kysely';
import type { Tx } from '../db/database.ts';
import { type IssueRow, type IssueSubject, issueKey, issueTitle } from './issues.ts';

/** Opens the issue of this cause, or renews the one that is open, and links the effect to it. */
export async function renewIssue(
  tx: Tx,
  subject: IssueSubject,
  effectId: string,
  now: Date,
): Promise<{ issue: IssueRow; isNew: boolean }> {
  const { rows } = await sql<Omit<IssueRow, 'effects'> & { is_new: boolean }>`
    insert into onpaid.issue (cause_key, slot, vendor, cause, title, opened_at, last_seen_at)
    values (${issueKey(subject)}, ${subject.slot}, ${subject.vendor}, ${subject.cause}, ${issueTitle(subject)}, ${now}, ${now})
    on conflict (cause_key) where state <> 'resolved' do update
    set occurrences = issue.occurrences + 1, last_seen_at = excluded.last_seen_at
    returning id, slot, vendor, cause, title, occurrences, xmax = 0 as is_new
  `.execute(tx);
  const [row] = rows;
  if (row === undefined) throw new Error(`The issue ${issueKey(subject)} was neither opened nor renewed.`);
  await sql`
    insert into onpaid.issue_effect (issue_id, effect_id)
    values (${row.id}, ${effectId})
    on conflict (issue_id, effect_id) do update set settled_at = null
  `.execute(tx);
  const { is_new: isNew, ...issue } = row;
  return { issue: { ...issue, effects: 1 }, isNew };
}

/** An issue about no effect of ours. Null when it is open already, and has only been seen again. */
export async function openIssue(
  tx: Tx,
  issue: { causeKey: string; vendor: string; cause: string; title: string },
  now: Date,
): Promise<IssueRow | null> {
  const { rows } = await sql<Omit<IssueRow, 'effects'> & { is_new: boolean }>`
    insert into onpaid.issue (cause_key, vendor, cause, title, opened_at, last_seen_at)
    values (${issue.causeKey}, ${issue.vendor}, ${issue.cause}, ${issue.title}, ${now}, ${now})
    on conflict (cause_key) where state <> 'resolved' do update
    set occurrences = issue.occurrences + 1, last_seen_at = excluded.last_seen_at, title = excluded.title
    returning id, slot, vendor, cause, title, occurrences, xmax = 0 as is_new
  `.execute(tx);
  return rows.flatMap(({ is_new: isNew, ...row }) => (isNew ? { ...row, effects: 0 } : []))[0] ?? null;
}

/** Null when there was none to close. */
export async function closeIssue(tx: Tx, causeKey: string, now: Date): Promise<IssueRow | null> {
  const { rows } = await sql<IssueRow>`
    update onpaid.issue
    set state = 'resolved', resolved_at = ${now}
    where cause_key = ${causeKey} and state <> 'resolved'
    returning id, slot, vendor, cause, title, occurrences, 0 as effects
  `.execute(tx);
  return rows[0] ?? null;
}

/** These effects no longer fail; an issue whose effects have all settled is resolved. Returns those. */
export async function settleIssues(tx: Tx, effectIds: string[], now: Date): Promise<IssueRow[]> {
  const { rows: linked } = await sql<{ issue_id: number }>`
    update onpaid.issue_effect
    set settled_at = ${now}
    where effect_id = any(${effectIds}) and settled_at is null
    returning issue_id
  `.execute(tx);
  if (linked.length === 0) return [];
  const issueIds = linked.map((link) => link.issue_id);
  // In a statement of its own: the next one must see what others linked before this lock was ours.
  await sql`
    select from onpaid.issue
    where id = any(${issueIds})
    order by id
    for update
  `.execute(tx);
  const { rows } = await sql<IssueRow>`
    update onpaid.issue
    set state = 'resolved', resolved_at = ${now}
    where id = any(${issueIds})
      and state <> 'resolved'
      and not exists (
        select from onpaid.issue_effect
        where issue_id = issue.id and settled_at is null
      )
    returning id, slot, vendor, cause, title, occurrences,
      (select count(*)::int from onpaid.issue_effect where issue_id = issue.id) as effects
  `.execute(tx);
  return rows;
}
