import { sql } from 'kysely';
import type { Database } from '../db/database.ts';
import { type Buyer, buyerOf } from './buyer.ts';
import { type Page, pageFrom, pageOf } from './paging.ts';
import type { TimelineEvent } from './timeline.ts';

export interface EventView extends Omit<TimelineEvent, 'kind'> {
  buyer: Buyer | null;
  subjectId: string | null;
  receivedAt: Date;
  apiVersion: string | null;
}

/** Events in the order we received them. `refused`: of the other mode, or unreadable. `waiting`: recorded, not read yet. */
export type EventGroup = 'all' | 'refused' | 'waiting';

export async function listEvents(
  db: Database,
  query: { group?: EventGroup; cursor?: string | null; limit?: number } = {},
): Promise<Page<EventView>> {
  const limit = query.limit ?? 50;
  return pageFrom(query.cursor, limit, async (cursor) => {
    const direction = cursor?.direction === 'newer' ? 'asc' : 'desc';
    const rows = await selectEvents(db)
      .$if(query.group === 'refused', (select) => select.where(sql<boolean>`disposition in ('quarantined', 'invalid')`))
      .$if(query.group === 'waiting', (select) =>
        select.where(sql<boolean>`projected_at is null and disposition = 'recorded'`),
      )
      .$if(cursor !== null, (select) => select.where('seq', direction === 'asc' ? '>' : '<', cursor?.at ?? 0))
      .orderBy('seq', direction)
      .limit(limit + 1)
      .execute();
    return pageOf(rows, cursor, limit, { keyOf: (row) => ({ at: row.seq, id: '' }), view: eventView });
  });
}

export async function getEvent(db: Database, id: string): Promise<EventView | null> {
  const row = await selectEvents(db).where('event.id', '=', id).executeTakeFirst();
  return row === undefined ? null : eventView(row);
}

function selectEvents(db: Database) {
  return db
    .selectFrom('event')
    .leftJoin('customer', 'customer.subject_id', 'event.subject_id')
    .selectAll('event')
    .select(['customer.id as buyer_id', 'customer.name as buyer_name', 'customer.email as buyer_email']);
}

function eventView(row: Awaited<ReturnType<ReturnType<typeof selectEvents>['execute']>>[number]): EventView {
  return {
    id: row.id,
    type: row.type,
    objectId: row.object_id,
    subjectId: row.subject_id,
    buyer: buyerOf(row),
    occurredAt: row.occurred_at,
    receivedAt: row.received_at,
    apiVersion: row.api_version,
    disposition: row.disposition as EventView['disposition'],
    origin: row.origin as EventView['origin'],
    outcome: row.outcome as EventView['outcome'],
  };
}

/** The stored body of an event after redaction; null once its month has been purged. */
export async function getEventPayload(db: Database, eventId: string): Promise<string | null> {
  const row = await db
    .selectFrom('event_payload')
    .select('body')
    .where('event_id', '=', eventId)
    .orderBy('received_at')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : row.body.toString('utf8');
}
