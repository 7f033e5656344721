import { sql } from 'kysely';
import pino from 'pino';
import { beforeEach, describe, expect, test } from 'vitest';
import type { CrashPoint, LineContext } from '../context.ts';
import { type TestDatabase, testDatabase } from '../testing/test-database.ts';
import { type Fault, startVendor, type VendorServer } from '../testing/vendor-server.ts';
import type { Connection, Guarantee, Slot } from './connection.ts';
import type { PlannedEffect } from './plan.ts';
import { drainEffects } from './run.ts';
import { savePlan } from './store.ts';
import { refreshSync } from './sync-store.ts';

const SUBJECT = 'cus_1';
const ACCOUNT = `account:${SUBJECT}@app`;
const NOTICE = 'access_ended:sub_1@email';
const WELCOME = 'welcome:sub_1@email';
let database: TestDatabase;
let now: Date;
const clock = () => now;
const advance = (ms: number) => {
  now = new Date(now.getTime() + ms);
};

beforeEach(async () => {
  now = new Date('2026-06-01T12:00:00Z');
  database = await testDatabase();
  await sql`insert into onpaid.subject (id) values (${SUBJECT})`.execute(database.db);
  await sql`insert into onpaid.customer (id, subject_id) values ('cu_1', ${SUBJECT})`.execute(database.db);
});

class WorkerDied extends Error {}

function aWorker(connections: Connection[], change: Partial<LineContext> = {}): LineContext {
  return {
    db: database.db,
    log: pino({ level: 'silent' }),
    now: clock,
    policy: { graceDays: 7, accessWhilePaused: true, accessWhileProcessing: false, issueAfterAttempts: 3, plans: [] },
    baseUrl: 'https://example.com',
    stripe: null,
    connections: Object.fromEntries(connections.map((connection) => [connection.slot, connection])) as Partial<
      Record<Slot, Connection>
    >,
    workerId: 'worker_1',
    wake: () => {},
    reached: () => {},
    ...change,
  };
}

function diesAt(point: CrashPoint): Partial<LineContext> {
  return {
    reached: (place) => {
      if (place === point) throw new WorkerDied(point);
    },
  };
}

const person = { subjectId: SUBJECT, email: 'ada@example.com', name: 'Ada', locale: null };
const base = { held: false, suppressed: null, afterId: null };

function aNotice(id = NOTICE): PlannedEffect {
  const payload = { person, plan: null, endedAt: now, reason: 'canceled' };
  return { ...base, id, kind: 'email.access_ended', occurredAt: now, payload };
}

function aWelcome(): PlannedEffect {
  const plan = { key: 'pro', name: 'Pro' };
  const payload = { person, plan, paid: null, paidAt: now, invoiceNumber: null, invoiceUrl: null };
  return { ...base, id: WELCOME, kind: 'email.welcome', afterId: ACCOUNT, occurredAt: now, payload };
}

function anAccount(access = true): PlannedEffect {
  const payload = {
    customerId: 'cu_1',
    email: 'ada@example.com',
    name: 'Ada',
    access,
    reason: 'paid',
    plans: ['pro'],
    grants: ['app'],
    until: null,
  };
  return { ...base, id: ACCOUNT, kind: 'app.account', occurredAt: now, payload };
}

const save = (...plan: PlannedEffect[]) =>
  database.db.transaction().execute(async (tx) => {
    await savePlan(tx, SUBJECT, plan, now);
    await refreshSync(tx, [SUBJECT]);
  });
const read = (id: string) =>
  database.db.selectFrom('effect').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const drain = (context: LineContext) => drainEffects(context, { budgetMs: 10_000, limit: 100 });

/** Drains, and lets the clock jump to whatever is next, until nothing more will happen by itself. */
async function drainAll(context: LineContext, rounds = 200): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    if ((await drain(context)) > 0) continue;
    const { rows } = await sql<{ at: Date | null }>`
      select min(coalesce(lease_until, next_at)) as at
      from onpaid.effect
      where state not in ('sent', 'suppressed', 'dead') and coalesce(lease_until, next_at) is not null
    `.execute(database.db);
    const next = rows[0]?.at ?? null;
    if (next === null) return;
    now = new Date(Math.max(now.getTime() + 1_000, next.getTime() + 1));
  }
  throw new Error('The ledger did not come to rest.');
}

const anEmailVendor = (guarantee: Guarantee) =>
  startVendor({ slot: 'email', kinds: ['email.access_ended', 'email.welcome'], guarantee, now: clock });
const aChatVendor = () =>
  startVendor({
    slot: 'chat',
    kinds: ['chat.issue_opened', 'chat.issue_resolved'],
    guarantee: { kind: 'exactly_once' },
    now: clock,
  });
const anApp = () =>
  startVendor({
    slot: 'app',
    kinds: ['app.account'],
    shape: 'state',
    guarantee: { kind: 'exactly_once' },
    now: clock,
  });

const oneIsPossible: Guarantee[] = [
  { kind: 'exactly_once' },
  { kind: 'exactly_once_window', windowMs: 7_200_000 },
  { kind: 'exactly_once_window', windowMs: 60_000 },
  { kind: 'lookup_strong' },
  { kind: 'lookup_eventual', visibleAfterMs: 120_000 },
];

describe.each(oneIsPossible)('with $kind', (guarantee) => {
  test.each<(Fault | null)[]>([
    ['drop after'],
    ['drop before'],
    ['500 after'],
    ['500 before'],
    ['drop after', 'drop before', '500 before'],
    ['500 after', '401', { retryAfterMs: 90_000 }, 'drop after'],
  ])('one message arrives once, though the vendor does %s', async (...faults) => {
    const vendor = await anEmailVendor(guarantee);
    vendor.faults.push(...faults);
    await save(aNotice());
    await drainAll(aWorker([vendor.connection]));
    expect(await read(NOTICE)).toMatchObject({ state: 'sent', remote_id: '1', failure: null });
    expect(vendor.things).toHaveLength(1);
  });

  test.each<CrashPoint>(['effect.claimed', 'effect.sending', 'effect.answered', 'effect.settled'])(
    'one message arrives once, though the worker dies at %s',
    async (point) => {
      const vendor = await anEmailVendor(guarantee);
      await save(aNotice());
      await expect(drain(aWorker([vendor.connection], diesAt(point)))).rejects.toThrow(WorkerDied);
      await drainAll(aWorker([vendor.connection], { workerId: 'worker_2' }));
      expect(await read(NOTICE)).toMatchObject({ state: 'sent' });
      expect(vendor.things).toHaveLength(1);
    },
  );
});

test('what is sent again is byte for byte what was sent first', async () => {
  const vendor = await anEmailVendor({ kind: 'lookup_strong' });
  vendor.faults.push('drop before');
  await save(aNotice());
  await drain(aWorker([vendor.connection]));
  const { request } = await read(NOTICE);
  await sql`update onpaid.effect set data = data || '{"reason": "something else"}'`.execute(database.db);
  await drainAll(aWorker([vendor.connection]));
  expect((await read(NOTICE)).request).toEqual(request);
  expect(vendor.things[0]?.body).toContain('canceled');
});

test('a worker that vanished while sending leaves it unknown, and nobody looks before its socket must be closed', async () => {
  const vendor = await anEmailVendor({ kind: 'lookup_strong' });
  await save(aNotice());
  await expect(drain(aWorker([vendor.connection], diesAt('effect.sending')))).rejects.toThrow(WorkerDied);
  advance(59_000);
  await drain(aWorker([vendor.connection]));
  expect(await read(NOTICE)).toMatchObject({ state: 'sending' });
  advance(2_000);
  await drain(aWorker([vendor.connection]));
  expect(await read(NOTICE)).toMatchObject({ state: 'unknown', next_at: new Date('2026-06-01T12:01:30Z') });
  expect(vendor.calls).toEqual([]);
});

test('two workers that drain at once send each of twenty effects once', async () => {
  const vendor = await anEmailVendor({ kind: 'none', onUnknown: 'park' });
  await save(...Array.from({ length: 20 }, (_, number) => aNotice(`access_ended:sub_${number}@email`)));
  await Promise.all(['worker_1', 'worker_2'].map((workerId) => drain(aWorker([vendor.connection], { workerId }))));
  expect(vendor.things).toHaveLength(20);
  expect(new Set(vendor.things.map((thing) => thing.key)).size).toBe(20);
  expect(await database.db.selectFrom('attempt').select('id').execute()).toHaveLength(20);
});

test('a limit is waited for as long as the vendor says, and burns no attempt', async () => {
  const vendor = await anEmailVendor({ kind: 'exactly_once' });
  vendor.faults.push({ retryAfterMs: 30_000 }, { retryAfterMs: 30_000 }, { retryAfterMs: 30_000 });
  await save(aNotice());
  const worker = aWorker([vendor.connection]);
  for (let round = 0; round < 3; round++) {
    await drain(worker);
    advance(29_000);
    expect(await drain(worker)).toBe(0);
    advance(2_000);
  }
  expect(vendor.calls).toHaveLength(3);
  expect(await read(NOTICE)).toMatchObject({ state: 'retry_wait', failed_attempts: 0 });
  expect(await database.db.selectFrom('issue').select('id').execute()).toEqual([]);
  await drainAll(worker);
  expect(await read(NOTICE)).toMatchObject({ state: 'sent', limited_since: null });
});

test('a limit that lasts ten minutes opens an issue', async () => {
  const vendor = await anEmailVendor({ kind: 'exactly_once' });
  vendor.faults.push({ retryAfterMs: 3_600_000 });
  await save(aNotice());
  await drain(aWorker([vendor.connection]));
  expect(await issues()).toMatchObject([{ cause: 'rate_limited', state: 'open' }]);
});

const issues = () =>
  database.db.selectFrom('issue').select(['cause', 'vendor', 'state', 'occurrences']).orderBy('id').execute();

function whatChatHeard(chat: VendorServer): string[] {
  return chat.things.map((thing) => JSON.parse(thing.body) as { title: string }).map(({ title }) => title);
}

test('the third failure opens one issue for all it touches and tells chat once; success closes it and says so', async () => {
  const [email, chat] = [await anEmailVendor({ kind: 'exactly_once' }), await aChatVendor()];
  const worker = aWorker([email.connection, chat.connection]);
  email.faults.push(...Array.from({ length: 8 }, () => '500 before' as const));
  await save(aNotice(), aNotice('access_ended:sub_2@email'));
  await drain(worker);
  expect(await issues()).toEqual([]);
  expect(await database.db.selectFrom('customer').select(['sync', 'failure']).execute()).toEqual([
    { sync: { email: 'unknown' }, failure: 'The email vendor: answered 500' },
  ]);

  await drainAll(worker);
  expect(await issues()).toEqual([
    { cause: 'unavailable', vendor: 'email-vendor', state: 'resolved', occurrences: expect.any(Number) },
  ]);
  expect(
    await database.db.selectFrom('effect').select('id').where('slot', '=', 'chat').orderBy('id').execute(),
  ).toEqual([{ id: 'issue_opened:iss_1@chat' }, { id: 'issue_resolved:iss_1@chat' }]);
  expect(whatChatHeard(chat)).toHaveLength(2);
  expect(await database.db.selectFrom('customer').select(['sync', 'failure']).execute()).toEqual([
    { sync: { email: 'in_step' }, failure: null },
  ]);
});

test('an issue about chat is not told through chat', async () => {
  const chat = await startVendor({
    slot: 'chat',
    kinds: ['chat.issue_opened'],
    guarantee: { kind: 'exactly_once' },
    now: clock,
  });
  chat.faults.push('410');
  await database.db.transaction().execute((tx) =>
    savePlan(
      tx,
      null,
      [
        {
          ...base,
          id: 'issue_opened:iss_9@chat',
          kind: 'chat.issue_opened',
          occurredAt: now,
          payload: { issueId: 9, title: 'x', vendor: null, cause: 'x', occurrences: 1, effects: 1 },
        },
      ],
      now,
    ),
  );
  await drain(aWorker([chat.connection]));
  expect(await issues()).toMatchObject([{ cause: 'gone', state: 'open' }]);
  expect(await database.db.selectFrom('effect').select('id').execute()).toHaveLength(1);
});

test.each<[Fault, string, string]>([
  ['401', 'retry_wait', 'auth'],
  ['400', 'dead', 'unknown_property'],
  ['410', 'dead', 'gone'],
])('%s opens an issue at once, and leaves the effect %s', async (fault, state, cause) => {
  const vendor = await anEmailVendor({ kind: 'exactly_once' });
  vendor.faults.push(fault);
  await save(aNotice());
  await drain(aWorker([vendor.connection]));
  expect(await read(NOTICE)).toMatchObject({ state });
  expect(await issues()).toMatchObject([{ cause, state: 'open' }]);
});

test('the welcome waits until the account is there, however long that takes', async () => {
  const [app, email] = [await anApp(), await anEmailVendor({ kind: 'exactly_once' })];
  app.faults.push('500 before');
  await save(anAccount(), aWelcome());
  const worker = aWorker([app.connection, email.connection]);
  await drain(worker);
  await drain(worker);
  expect(email.calls).toEqual([]);
  expect(await database.db.selectFrom('customer').select('onboarding').execute()).toEqual([
    { onboarding: 'provisioning' },
  ]);
  await drainAll(worker);
  expect(app.things).toHaveLength(1);
  expect(email.things).toHaveLength(1);
  expect(await database.db.selectFrom('customer').select('onboarding').execute()).toEqual([{ onboarding: 'welcomed' }]);
});

test('the welcome goes out at once when nothing provisions accounts', async () => {
  const email = await anEmailVendor({ kind: 'exactly_once' });
  await save(anAccount(), aWelcome());
  await drainAll(aWorker([email.connection]));
  expect(await read(ACCOUNT)).toMatchObject({ state: 'suppressed', reason: 'Nothing that is connected does this.' });
  expect(email.things).toHaveLength(1);
});

test.each([
  ['block', 'planned', 0],
  ['proceed', 'sent', 1],
  ['suppress', 'suppressed', 0],
] as const)('when what it follows is dead, %s leaves it %s', async (afterDead, state, mails) => {
  const [app, email] = [await anApp(), await anEmailVendor({ kind: 'exactly_once' })];
  app.faults.push('400');
  await save(anAccount(), aWelcome());
  await database.db.updateTable('effect').set({ after_dead: afterDead }).where('id', '=', WELCOME).execute();
  await drainAll(aWorker([app.connection, email.connection]));
  expect(await read(ACCOUNT)).toMatchObject({ state: 'dead' });
  expect(await read(WELCOME)).toMatchObject({ state });
  expect(email.things).toHaveLength(mails);
});

test('a blocked child goes out when its dead parent is revived by another desire', async () => {
  const [app, email] = [await anApp(), await anEmailVendor({ kind: 'exactly_once' })];
  app.faults.push('400');
  await save(anAccount(), aWelcome());
  const worker = aWorker([app.connection, email.connection]);
  await drainAll(worker);
  await save({ ...anAccount(), payload: { ...anAccount().payload, name: 'Ada L.' } } as PlannedEffect);
  await drainAll(worker);
  expect(await read(WELCOME)).toMatchObject({ state: 'sent' });
  expect(await issues()).toMatchObject([{ state: 'resolved' }]);
});

test('a state whose desire changes while it is being sent ends as desired last', async () => {
  const app = await anApp();
  await save(anAccount(true));
  app.duringCall = async () => {
    app.duringCall = null;
    await save(anAccount(false));
  };
  await drainAll(aWorker([app.connection]));
  expect(await read(ACCOUNT)).toMatchObject({ state: 'sent', version: 2, sent_version: 2, applied_version: 2 });
  expect(app.things.map((thing) => JSON.parse(thing.body))).toMatchObject([{ version: 2, desired: { access: false } }]);
  expect(app.calls).toHaveLength(2);
});

test('a state that came and went before it was sent costs no call', async () => {
  const app = await anApp();
  const worker = aWorker([app.connection]);
  await save(anAccount(true));
  await drainAll(worker);
  await save(anAccount(false));
  await save(anAccount(true));
  await drainAll(worker);
  expect(app.calls).toHaveLength(1);
  expect(await read(ACCOUNT)).toMatchObject({ state: 'sent', version: 3, applied_version: 3 });
});

test('a state whose answer was lost is applied again, even when what is desired is what was applied before', async () => {
  const app = await anApp();
  const worker = aWorker([app.connection]);
  await save(anAccount(true));
  await drainAll(worker);
  app.faults.push('drop after');
  await save(anAccount(false));
  await drain(worker);
  await save(anAccount(true));
  await drainAll(worker);
  expect(app.things.map((thing) => JSON.parse(thing.body))).toMatchObject([{ version: 3, desired: { access: true } }]);
});

test('what may be repeated is sent again, and says so', async () => {
  const vendor = await anEmailVendor({ kind: 'none', onUnknown: 'resend' });
  vendor.faults.push('drop after');
  await save(aNotice());
  await drainAll(aWorker([vendor.connection]));
  expect(vendor.things).toHaveLength(2);
  expect(await read(NOTICE)).toMatchObject({
    state: 'sent',
    reason: 'Sent again after a lost answer: it may have arrived twice.',
  });
});

test.each([
  ['the answer is lost', ['drop after'] as Fault[], null],
  ['the worker dies while sending', [], 'effect.sending'],
] as const)('what nobody can know is parked with an issue when %s', async (_, faults, point) => {
  const vendor = await anEmailVendor({ kind: 'none', onUnknown: 'park' });
  vendor.faults.push(...faults);
  await save(aNotice());
  if (point !== null) await expect(drain(aWorker([vendor.connection], diesAt(point)))).rejects.toThrow(WorkerDied);
  await drainAll(aWorker([vendor.connection]));
  expect(await read(NOTICE)).toMatchObject({ state: 'unknown', next_at: null });
  expect(await issues()).toMatchObject([{ cause: 'unknown', state: 'open' }]);
});

test('an answer that comes after another worker has looked settles what it left open', async () => {
  const vendor = await anEmailVendor({ kind: 'none', onUnknown: 'park' });
  await save(aNotice());
  vendor.duringCall = async () => {
    advance(95_000);
    await drain(aWorker([vendor.connection], { workerId: 'worker_2' }));
    await drain(aWorker([vendor.connection], { workerId: 'worker_2' }));
    expect(await read(NOTICE)).toMatchObject({ state: 'unknown', next_at: null });
  };
  await drain(aWorker([vendor.connection]));
  expect(await read(NOTICE)).toMatchObject({ state: 'sent', reason: 'The answer came late: it had arrived.' });
  expect(await database.db.selectFrom('attempt').select(['outcome', 'late']).execute()).toEqual([
    { outcome: 'sent', late: true },
  ]);
  expect(await issues()).toMatchObject([{ state: 'resolved' }]);
  expect(vendor.things).toHaveLength(1);
});

test('two accepted sends at a vendor that cannot tell are reported', async () => {
  const vendor = await anEmailVendor({ kind: 'none', onUnknown: 'resend' });
  await save(aNotice());
  vendor.duringCall = async () => {
    vendor.duringCall = null;
    advance(61_000);
    await drain(aWorker([vendor.connection], { workerId: 'worker_2' }));
    advance(31_000);
    await drain(aWorker([vendor.connection], { workerId: 'worker_2' }));
  };
  await drain(aWorker([vendor.connection]));
  expect(vendor.things).toHaveLength(2);
  expect(await read(NOTICE)).toMatchObject({
    state: 'sent',
    reason: 'Two sends were accepted: it may have arrived twice.',
  });
});

test('a vendor that hangs holds up no other slot', async () => {
  const [app, email] = [await anApp(), await anEmailVendor({ kind: 'exactly_once' })];
  await save(anAccount(), aNotice());
  app.duringCall = async () => {
    await expect.poll(async () => (await read(NOTICE)).state).toBe('sent');
  };
  await drain(aWorker([app.connection, email.connection]));
  expect(await read(ACCOUNT)).toMatchObject({ state: 'sent' });
});

test('after five failures in a row only one probe at a time goes to that vendor, and all the rest when it answers', async () => {
  const vendor = await anEmailVendor({ kind: 'exactly_once' });
  await save(...Array.from({ length: 12 }, (_, number) => aNotice(`access_ended:sub_${number}@email`)));
  vendor.faults.push(...Array.from({ length: 6 }, () => '500 before' as const));
  const worker = aWorker([vendor.connection]);
  const drainOneByOne = () => drainEffects(worker, { budgetMs: 10_000, limit: 100, concurrency: 1 });
  expect(await drainOneByOne()).toBe(5);
  expect(await drainOneByOne()).toBe(0);
  expect(await issues()).toMatchObject([{ cause: 'unavailable' }]);
  advance(5_001);
  expect(await drainOneByOne()).toBe(1);
  await drainAll(worker);
  expect(vendor.things).toHaveLength(12);
  expect(await issues()).toMatchObject([{ state: 'resolved' }]);
});

test('what cannot be prepared is our fault, is told of as such, and is tried again', async () => {
  const vendor = await anEmailVendor({ kind: 'exactly_once' });
  await save(aNotice());
  await sql`update onpaid.effect set data = '{}'`.execute(database.db);
  const worker = aWorker([vendor.connection]);
  for (let round = 0; round < 3; round++) {
    await drain(worker);
    advance(60_000);
  }
  expect(await read(NOTICE)).toMatchObject({ state: 'retry_wait', failed_attempts: 3, attempts: 0 });
  expect(await issues()).toMatchObject([{ cause: 'preparation', vendor: 'onpaid' }]);
  expect(vendor.calls).toEqual([]);
});
