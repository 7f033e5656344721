import { hostname } from 'node:os';
import type { Database, EffectState } from '@onpaid/engine';

export interface LedgerEffect {
  id: string;
  kind: string;
  slot: string;
  state: EffectState;
  /** Named by an issue that is not resolved. */
  isAsked: boolean;
}

/** Nothing is wanted, due, under way or being tried again; what is left waits for a person. */
export async function isAtRest(db: Database): Promise<boolean> {
  const subject = await db
    .selectFrom('subject')
    .select('id')
    .where((eb) => eb.or([eb('wanted', '>', eb.ref('done')), eb('verify_at', 'is not', null)]))
    .limit(1)
    .executeTakeFirst();
  if (subject !== undefined) return false;
  const effect = await db
    .selectFrom('effect')
    .select('id')
    .where((eb) =>
      eb.or([
        eb('state', 'in', ['held', 'planned', 'sending', 'resolving', 'retry_wait']),
        eb.and([eb('state', '=', 'unknown'), eb('next_at', 'is not', null)]),
      ]),
    )
    .limit(1)
    .executeTakeFirst();
  return effect === undefined;
}

/** What is left is held by a worker that died, and free for others only when its leases have ended; or it waits for that. */
export async function isLeftByTheDead(db: Database, pid: number): Promise<boolean> {
  const worker = `${hostname()}:${pid}`;
  const subject = await db
    .selectFrom('subject')
    .select('id')
    .where('wanted', '>', (eb) => eb.ref('done'))
    .where((eb) => eb.or([eb('leased_by', 'is distinct from', worker), eb('lease_until', 'is', null)]))
    .limit(1)
    .executeTakeFirst();
  if (subject !== undefined) return false;
  const effect = await db
    .selectFrom('effect')
    .select('id')
    .where('leased_by', 'is distinct from', worker)
    .where((eb) =>
      eb.or([
        eb('state', 'in', ['sending', 'resolving']),
        eb.and([eb('state', 'in', ['planned', 'retry_wait', 'unknown']), eb('next_at', 'is not', null)]),
      ]),
    )
    .limit(1)
    .executeTakeFirst();
  return effect === undefined;
}

export async function readLedger(db: Database, subjectId: string): Promise<LedgerEffect[]> {
  const effects = await db
    .selectFrom('effect')
    .select(['id', 'kind', 'slot', 'state'])
    .where('subject_id', '=', subjectId)
    .orderBy('id')
    .execute();
  const asked = await db
    .selectFrom('issue_effect')
    .innerJoin('issue', 'issue.id', 'issue_effect.issue_id')
    .select('effect_id')
    .where('issue.state', '<>', 'resolved')
    .where('issue_effect.settled_at', 'is', null)
    .execute();
  const askedIds = new Set(asked.map((row) => row.effect_id));
  return effects.map(({ id, kind, slot, state }) => ({
    id,
    kind,
    slot,
    state: state as EffectState,
    isAsked: askedIds.has(id),
  }));
}
