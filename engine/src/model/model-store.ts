import { sql } from 'kysely';
import type { Access } from '../billing/access.ts';
import { type BillingState, billingObjectSchema, type Held } from '../billing/state.ts';
import { readObjects } from '../billing/state-store.ts';
import { readCustomers } from '../customers/store.ts';
import type { Database } from '../db/database.ts';
import { type EffectKind, payloadSchemas } from '../effects/payloads.ts';
import type { PlannedEffect } from '../effects/plan.ts';
import type { Entry } from './ledger.ts';

/** What the tables hold, for the judge, and the nightly look for everybody at once. */

export async function isAtRest(db: Database, now: Date): Promise<boolean> {
  const { rows } = await sql<{ busy: boolean }>`
    select exists (
      select from onpaid.subject
      where wanted > done or verify_at is not null or lease_until > ${now} or due_at <= ${now}
    ) or exists (
      select from onpaid.effect
      where state in ('sending', 'resolving') or (state in ('planned', 'retry_wait') and next_at is not null)
    ) as busy
  `.execute(db);
  return rows[0]?.busy === false;
}

/** Asks for a read of these customers and of whatever else stands for itself. */
export async function wantReads(db: Database, customerIds: string[], now: Date): Promise<void> {
  await sql`
    insert into onpaid.subject (id)
    select unnest(${customerIds}::text[])
    on conflict (id) do nothing
  `.execute(db);
  await sql`
    update onpaid.subject
    set verify_at = ${now}, verify_wanted_since = ${now}
    where not exists (select from onpaid.object_alias where object_id = subject.id and subject_id <> subject.id)
  `.execute(db);
}

export async function readHeldIds(db: Database, subjectId: string): Promise<string[]> {
  return (await readObjects(db, [subjectId])).map((row) => row.id);
}

export interface Table {
  accesses: Map<string, Access>;
  objects: BillingState['objects'];
  entries: Map<string, Pick<Entry, 'effect' | 'state' | 'reason'>>;
}

export async function readTable(db: Database): Promise<Table> {
  const { rows: subjects } = await sql<{ id: string }>`select id from onpaid.subject`.execute(db);
  const ids = subjects.map(({ id }) => id);
  const accesses = new Map((await readCustomers(db, ids)).map(({ subjectId, access }) => [subjectId, access]));
  const objects: Record<string, Held> = {};
  for (const { id, value, occurredAt, rank, confidence, deleted } of await readObjects(db, ids)) {
    objects[id] = { value: billingObjectSchema.parse(value), stamp: { occurredAt, rank }, confidence, deleted };
  }
  const { rows: effects } = await sql<{
    id: string;
    kind: EffectKind;
    state: string;
    reason: string | null;
    data: unknown;
    afterId: string | null;
    occurredAt: Date;
  }>`
    select id, kind, state, reason, data, after_id as "afterId", occurred_at as "occurredAt"
    from onpaid.effect
  `.execute(db);
  const entries = effects.map(({ id, kind, state, reason, data, afterId, occurredAt }) => {
    const payload = payloadSchemas[kind].parse(data);
    const effect = { id, kind, payload, afterId, occurredAt, held: state === 'held', suppressed: reason };
    return [id, { effect: effect as PlannedEffect, state: state as Entry['state'], reason }] as const;
  });
  return { accesses, objects, entries: new Map(entries) };
}
