import { sql } from 'kysely';
import pino from 'pino';
import type { CrashPoint, LineContext } from '../context.ts';
import type { Connection, Guarantee, Slot } from '../effects/connection.ts';
import type { PlannedEffect } from '../effects/plan.ts';
import { drainEffects } from '../effects/run.ts';
import { savePlan } from '../effects/store.ts';
import { refreshSync } from '../effects/sync-store.ts';
import { aPolicy } from './policies.ts';
import { testDatabase } from './test-database.ts';
import { startVendor } from './vendor-server.ts';

const SUBJECT = 'cus_1';
export const ACCOUNT = `account:${SUBJECT}@app`;
export const NOTICE = 'access_ended:sub_1@email';
export const WELCOME = 'welcome:sub_1@email';

export class WorkerDied extends Error {}

export type EffectLine = Awaited<ReturnType<typeof anEffectLine>>;

/** A ledger of one customer on a real database, under a clock that only the test moves, and vendors that speak HTTP. */
export async function anEffectLine() {
  const { db } = await testDatabase();
  await sql`insert into onpaid.subject (id) values (${SUBJECT})`.execute(db);
  await sql`insert into onpaid.customer (id, subject_id) values ('cu_1', ${SUBJECT})`.execute(db);
  let now = new Date('2026-06-01T12:00:00Z');
  const clock = () => now;

  const drain = (context: LineContext) => drainEffects(context, { budgetMs: 10_000, limit: 100 });

  /** Drains, and lets the clock jump to whatever is next, until nothing more will happen by itself. */
  async function drainAll(context: LineContext): Promise<void> {
    for (let round = 0; round < 200; round++) {
      if ((await drain(context)) > 0) continue;
      const { rows } = await sql<{ at: Date | null }>`
        select min(coalesce(lease_until, next_at)) as at
        from onpaid.effect
        where state not in ('sent', 'suppressed', 'dead')
      `.execute(db);
      const next = rows[0]?.at ?? null;
      if (next === null) return;
      now = new Date(Math.max(now.getTime() + 1_000, next.getTime() + 1));
    }
    throw new Error('The ledger did not come to rest.');
  }

  return {
    db,
    clock,
    advance: (ms: number) => {
      now = new Date(now.getTime() + ms);
    },
    drain,
    drainAll,
    aWorker: (connections: Connection[], change: Partial<LineContext> = {}): LineContext => ({
      db,
      log: pino({ level: 'silent' }),
      now: clock,
      policy: aPolicy(),
      baseUrl: 'https://example.com',
      stripe: null,
      connections: Object.fromEntries(connections.map((connection) => [connection.slot, connection])) as Partial<
        Record<Slot, Connection>
      >,
      workerId: 'worker_1',
      wake: () => {},
      reached: () => {},
      ...change,
    }),
    save: (...plan: PlannedEffect[]) =>
      db.transaction().execute(async (tx) => {
        await savePlan(tx, SUBJECT, plan, now);
        await refreshSync(tx, [SUBJECT]);
      }),
    read: (id: string) => db.selectFrom('effect').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    issues: () => db.selectFrom('issue').select(['cause', 'vendor', 'state', 'occurrences']).orderBy('id').execute(),
    customer: () => db.selectFrom('customer').select(['onboarding', 'sync', 'failure']).executeTakeFirstOrThrow(),
    anEmailVendor: (guarantee: Guarantee) =>
      startVendor({ slot: 'email', kinds: ['email.access_ended', 'email.welcome'], guarantee, now: clock }),
    aChatVendor: () =>
      startVendor({
        slot: 'chat',
        kinds: ['chat.issue_opened', 'chat.issue_resolved'],
        guarantee: { kind: 'exactly_once' },
        now: clock,
      }),
    anApp: () =>
      startVendor({
        slot: 'app',
        kinds: ['app.account'],
        shape: 'state',
        guarantee: { kind: 'exactly_once' },
        now: clock,
      }),
  };
}

/** The process ends there, between two commits. */
export function diesAt(point: CrashPoint): Partial<LineContext> {
  return {
    reached: (place) => {
      if (place === point) throw new WorkerDied(point);
    },
  };
}

const occurredAt = new Date('2026-06-01T11:59:00Z');
const person = { subjectId: SUBJECT, email: 'ada@example.com', name: 'Ada', locale: null };
const base = { held: false, suppressed: null, afterId: null, occurredAt };

export function aNotice(id = NOTICE): PlannedEffect {
  const payload = { person, plan: null, endedAt: occurredAt, reason: 'canceled' };
  return { ...base, id, kind: 'email.access_ended', payload };
}

export function aWelcome(): PlannedEffect {
  const plan = { key: 'pro', name: 'Pro' };
  const payload = { person, plan, paid: null, paidAt: occurredAt, invoiceNumber: null, invoiceUrl: null };
  return { ...base, id: WELCOME, kind: 'email.welcome', afterId: ACCOUNT, payload };
}

export function anAccount(change: { access?: boolean; name?: string } = {}): PlannedEffect {
  const payload = {
    customerId: 'cu_1',
    email: 'ada@example.com',
    name: 'Ada',
    access: true,
    reason: 'paid',
    plans: ['pro'],
    grants: ['app'],
    until: null,
    ...change,
  };
  return { ...base, id: ACCOUNT, kind: 'app.account', payload };
}

export function anIssueNotice(issueId: number): PlannedEffect {
  const payload = { issueId, title: 'x', vendor: null, cause: 'x', occurrences: 1, effects: 1 };
  return { ...base, id: `issue_opened:iss_${issueId}@chat`, kind: 'chat.issue_opened', payload };
}
