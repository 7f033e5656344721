import { sql } from 'kysely';
import type { Database } from '../db/database.ts';
import type { Slot } from '../effects/connection.ts';
import { type EffectGroup, effectGroups } from './effects-store.ts';

export interface IssueView {
  id: number;
  title: string;
  slot: Slot | null;
  vendor: string | null;
  cause: string;
  state: 'open' | 'acknowledged' | 'muted' | 'resolved';
  occurrences: number;
  /** Not settled yet; at most `countedUpTo`. */
  openEffects: number;
  openedAt: Date;
  lastSeenAt: Date;
  resolvedAt: Date | null;
}

/** Counting stops here; a screen then says "1,000+". */
export const countedUpTo = 1_000;

/** Issues are causes, not occurrences, so there are few. */
export async function listIssues(
  db: Database,
  query: { resolved?: boolean; limit?: number } = {},
): Promise<IssueView[]> {
  const rows = await db
    .selectFrom('issue')
    .selectAll()
    .select(
      sql<number>`(
        select count(*) from (
          select from onpaid.issue_effect where issue_id = issue.id and settled_at is null limit ${countedUpTo}
        ) as counted
      )`.as('open_effects'),
    )
    .$if(query.resolved === true, (select) =>
      select.where(sql<boolean>`state = 'resolved'`).orderBy('resolved_at', 'desc'),
    )
    .$if(query.resolved !== true, (select) =>
      select.where(sql<boolean>`state <> 'resolved'`).orderBy('last_seen_at', 'desc'),
    )
    .limit(query.limit ?? 100)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    title: row.title,
    slot: row.slot as Slot | null,
    vendor: row.vendor,
    cause: row.cause,
    state: row.state as IssueView['state'],
    occurrences: row.occurrences,
    openEffects: row.open_effects,
    openedAt: row.opened_at,
    lastSeenAt: row.last_seen_at,
    resolvedAt: row.resolved_at,
  }));
}

/** What is done is not counted: it grows for ever, and asks nothing of anybody. */
export type AttentionGroup = Exclude<EffectGroup, 'sent' | 'suppressed'>;

export interface Summary {
  /** Each count ends at `countedUpTo`. */
  failingCustomers: number;
  openIssues: number;
  refusedEvents: number;
  effects: Record<AttentionGroup, number>;
  /** Subjects with something not worked off yet, and since when. */
  backlog: { subjects: number; since: Date | null };
  due: { effects: number; since: Date | null };
  lastEventAt: Date | null;
  hasCustomers: boolean;
}

/**
 * What needs somebody now, in one statement. Every count is bounded, and its order names the index to walk: without one the
 * planner may look for a thousand rows by reading a table whose first million are of another state.
 */
export async function getSummary(db: Database, now: Date): Promise<Summary> {
  const countOf = (rows: ReturnType<typeof sql>) =>
    sql`(select count(*) from (${rows} limit ${countedUpTo}) as counted)`;
  const countEffects = (group: AttentionGroup) => sql`(
    select least(count(*), ${countedUpTo})
    from jsonb_to_recordset(${JSON.stringify(effectGroups[group])}::jsonb) as part (state text, asks boolean)
    cross join lateral (
      select from onpaid.effect
      where effect.state = part.state and (part.asks is null or part.asks = (next_at is null))
      order by created_at desc
      limit ${countedUpTo}
    ) as counted
  )`;
  const { rows } = await sql<
    Summary & { subjects: number; since: Date | null; dueEffects: number; dueSince: Date | null }
  >`
    select
      ${countOf(sql`select from onpaid.customer where failure is not null order by created_at desc`)} as "failingCustomers",
      ${countOf(sql`select from onpaid.issue where state <> 'resolved'`)} as "openIssues",
      ${countOf(sql`select from onpaid.event where disposition in ('quarantined', 'invalid') order by seq`)} as "refusedEvents",
      jsonb_build_object(
        'unknown', ${countEffects('unknown')}, 'dead', ${countEffects('dead')}, 'retrying', ${countEffects('retrying')}, 'waiting', ${countEffects('waiting')}
      ) as effects,
      ${countOf(sql`select from onpaid.subject where wanted > done order by wanted_since`)} as subjects,
      (select min(wanted_since) from onpaid.subject where wanted > done) as since,
      ${countOf(sql`select from onpaid.effect where state in ('planned', 'retry_wait', 'unknown') and next_at <= ${now} order by next_at`)} as "dueEffects",
      (select min(next_at) from onpaid.effect where state in ('planned', 'retry_wait', 'unknown') and next_at <= ${now}) as "dueSince",
      (select received_at from onpaid.event order by seq desc limit 1) as "lastEventAt",
      exists (select from onpaid.customer) as "hasCustomers"
  `.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error('A select without a from clause returned no row.');
  const { subjects, since, dueEffects, dueSince, ...summary } = row;
  return { ...summary, backlog: { subjects, since }, due: { effects: dueEffects, since: dueSince } };
}
