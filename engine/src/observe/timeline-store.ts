import { sql } from 'kysely';
import type { Database } from '../db/database.ts';
import { parseCursor } from './paging.ts';
import { type TimelineEntry, type TimelineKind, type TimelineRow, timelineEntry, timelineKinds } from './timeline.ts';

export interface TimelineQuery {
  before?: string | null;
  limit?: number;
  kinds?: readonly TimelineKind[];
}

/**
 * One customer's timeline, newest first. The key's first letter sorts what one commit wrote at one instant: the event, then
 * what it changed, then what follows from it. Everything here belongs to one subject, so sorting it costs little.
 */
export async function getTimeline(
  db: Database,
  customerId: string,
  { before, limit = 50, kinds = timelineKinds }: TimelineQuery = {},
): Promise<{ entries: TimelineEntry[]; older: string | null }> {
  const cursor = parseCursor(before);
  const { rows } = await sql<TimelineRow>`
    with buyer as materialized (
      select subject_id from onpaid.customer where id = ${customerId}
    ), entry as (
      select received_at as at, 'a' || lpad(seq::text, 19, '0') as key, 'event' as kind,
        jsonb_build_object('id', id, 'type', type, 'objectId', object_id, 'occurredAt', occurred_at,
          'disposition', disposition, 'origin', origin, 'outcome', outcome) as detail
      from onpaid.event
      where subject_id = (select subject_id from buyer)
      union all
      select noticed_at, 'b' || key, 'transition',
        jsonb_build_object('id', key, 'fact', kind, 'objectId', object_id, 'occurredAt', occurred_at,
          'confidence', confidence, 'detail', detail)
      from onpaid.transition
      where subject_id = (select subject_id from buyer)
      union all
      select coalesce(tries.at, settled_at, greatest(created_at, occurred_at)),
        'c' || id || '#' || lpad(coalesce(tries.version, effect.version)::text, 10, '0'), 'effect',
        jsonb_build_object('id', id, 'effectKind', kind, 'slot', slot, 'version', coalesce(tries.version, effect.version),
          'state', case
            when tries.version is null or tries.version = effect.version then state
            when tries.arrived then 'sent'
            else 'replaced'
          end,
          'failure', case when coalesce(tries.version, effect.version) = effect.version then failure end,
          'reason', reason, 'nextAt', next_at, 'remoteId', remote_id, 'attempts', coalesce(tries.attempts, '[]'))
      from onpaid.effect
      left join lateral (
        select version, max(started_at) as at, bool_or(outcome in ('sent', 'found')) as arrived,
          jsonb_agg(jsonb_build_object('number', number, 'purpose', purpose, 'startedAt', started_at, 'endedAt', ended_at,
            'outcome', outcome, 'status', status, 'reason', reason, 'vendorRequestId', vendor_request_id) order by id) as attempts
        from onpaid.attempt
        where effect_id = effect.id
        group by version
        union all
        select null, null, null, null
        where not exists (
          select from onpaid.attempt where effect_id = effect.id and attempt.version = effect.version
        )
      ) as tries on true
      where subject_id = (select subject_id from buyer)
      union all
      select distinct issue.opened_at, 'd' || issue.id, 'issue',
        jsonb_build_object('id', issue.id, 'title', issue.title, 'state', issue.state, 'resolvedAt', issue.resolved_at)
      from onpaid.effect
      join onpaid.issue_effect on issue_effect.effect_id = effect.id
      join onpaid.issue on issue.id = issue_effect.issue_id
      where effect.subject_id = (select subject_id from buyer)
    )
    select at, (extract(epoch from at) * 1000000)::int8 as at_micros, key, kind, detail
    from entry
    where kind = any(${kinds})
      and (${cursor === null}
        or (at, key collate "C") < (timestamptz 'epoch' + ${cursor?.at ?? 0} * interval '1 microsecond', ${cursor?.id ?? ''}))
    order by at desc, key collate "C" desc
    limit ${limit + 1}
  `.execute(db);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    entries: shown.map(timelineEntry),
    older: rows.length > limit && last !== undefined ? `older.${last.at_micros}.${last.key}` : null,
  };
}
