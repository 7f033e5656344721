import { type SelectQueryBuilder, sql } from 'kysely';
import type { Database } from '../db/database.ts';
import type { DB } from '../db/types.ts';
import type { Slot } from '../effects/connection.ts';
import type { EffectState } from '../effects/ledger-store.ts';
import { type Buyer, buyerOf } from './buyer.ts';
import { type Cursor, type Page, pageFrom, pageOf } from './paging.ts';
import { type EffectFailure, effectFailure } from './timeline.ts';

export interface EffectView {
  id: string;
  kind: string;
  slot: Slot;
  state: EffectState;
  buyer: Buyer | null;
  attempts: number;
  nextAt: Date | null;
  failure: EffectFailure | null;
  reason: string | null;
  remoteId: string | null;
  createdAt: Date;
  settledAt: Date | null;
}

/** Some effects of one state. An unknown one either waits for a person (`asks`), or is being found out without one. */
interface Part {
  state: EffectState;
  asks?: boolean;
}

/** How people look at the ledger: what they must decide, what failed for good, what is on its way, what is done. */
export const effectGroups = {
  unknown: [{ state: 'unknown', asks: true }],
  dead: [{ state: 'dead' }],
  retrying: [{ state: 'retry_wait' }, { state: 'resolving' }, { state: 'unknown', asks: false }],
  waiting: [{ state: 'held' }, { state: 'planned' }, { state: 'sending' }],
  sent: [{ state: 'sent' }],
  suppressed: [{ state: 'suppressed' }],
} as const satisfies Record<string, readonly [Part, ...Part[]]>;
export type EffectGroup = keyof typeof effectGroups;

export async function listEffects(
  db: Database,
  query: { group: EffectGroup; slot?: Slot; cursor?: string | null; limit?: number },
): Promise<Page<EffectView>> {
  const limit = query.limit ?? 50;
  return pageFrom(query.cursor, limit, async (cursor) => {
    const rows = await selectEffects(db, effectGroups[query.group], query.slot ?? null, cursor, limit);
    return pageOf(rows, cursor, limit, {
      keyOf: (row) => ({ at: row.micros, id: row.id }),
      view: (row) => ({
        id: row.id,
        kind: row.kind,
        slot: row.slot as Slot,
        state: row.state as EffectState,
        buyer: buyerOf(row),
        attempts: row.attempts,
        nextAt: row.next_at,
        failure: effectFailure(row.failure),
        reason: row.reason,
        remoteId: row.remote_id,
        createdAt: row.created_at,
        settledAt: row.settled_at,
      }),
    });
  });
}

/** One walk of effect_state for each state of the group, each ended by the limit: an outage's backlog is never sorted. */
async function selectEffects(
  db: Database,
  parts: readonly [Part, ...Part[]],
  slot: Slot | null,
  cursor: Cursor | null,
  limit: number,
) {
  const direction = cursor?.direction === 'newer' ? 'asc' : 'desc';
  const ofPart = ({ state, asks }: Part) => {
    const walk = inOrder(db.selectFrom('effect').selectAll().where('state', '=', state), cursor, direction)
      .$if(slot !== null, (query) => query.where('slot', '=', slot))
      .$if(asks !== undefined, (query) => query.where('next_at', asks ? 'is' : 'is not', null))
      .limit(limit + 1);
    return db.selectFrom(walk.as(state)).selectAll();
  };
  const [first, ...rest] = parts;
  const ledger = rest.reduce((union, part) => union.unionAll(ofPart(part)), ofPart(first));
  return db
    .selectFrom(ledger.as('effect'))
    .leftJoin('customer', 'customer.subject_id', 'effect.subject_id')
    .selectAll('effect')
    .select([
      'customer.id as buyer_id',
      'customer.name as buyer_name',
      'customer.email as buyer_email',
      sql<number>`(extract(epoch from effect.created_at) * 1000000)::int8`.as('micros'),
    ])
    .orderBy('effect.created_at', direction)
    .orderBy('effect.id', direction)
    .limit(limit + 1)
    .execute();
}

function inOrder<O>(
  query: SelectQueryBuilder<DB, 'effect', O>,
  cursor: Cursor | null,
  direction: 'asc' | 'desc',
): SelectQueryBuilder<DB, 'effect', O> {
  const ordered = query.orderBy('created_at', direction).orderBy('id', direction);
  if (cursor === null) return ordered;
  return ordered.where((eb) =>
    eb(
      eb.refTuple('created_at', 'id'),
      direction === 'asc' ? '>' : '<',
      eb.tuple(sql<Date>`(timestamptz 'epoch' + ${cursor.at} * interval '1 microsecond')`, cursor.id),
    ),
  );
}

/** What a customer is called at the vendors, newest first. */
export interface RemoteRecord {
  kind: string;
  slot: Slot;
  remoteId: string;
}

export async function listRemoteRecords(db: Database, subjectId: string): Promise<RemoteRecord[]> {
  const rows = await db
    .selectFrom('effect')
    .select(['kind', 'slot', 'remote_id'])
    .where('subject_id', '=', subjectId)
    .where('remote_id', 'is not', null)
    .where('slot', 'in', ['app', 'crm', 'helpdesk'])
    .orderBy('created_at', 'desc')
    .limit(20)
    .execute();
  return rows.flatMap(({ kind, slot, remote_id }) =>
    remote_id === null ? [] : [{ kind, slot: slot as Slot, remoteId: remote_id }],
  );
}
