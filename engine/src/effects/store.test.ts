import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../testing/test-database.ts';
import type { PlannedEffect } from './plan.ts';
import { readHeld, releaseHeld, savePlan, suppressHeld } from './store.ts';
import { refreshSync } from './sync-store.ts';

const NOW = new Date('2026-06-01T12:00:00Z');
const SUBJECT = 'cus_1';
let database: TestDatabase;

beforeEach(async () => {
  database = await testDatabase();
  await sql`insert into onpaid.subject (id) values (${SUBJECT})`.execute(database.db);
  await sql`insert into onpaid.customer (id, subject_id) values ('cu_1', ${SUBJECT})`.execute(database.db);
});

const person = { subjectId: SUBJECT, email: 'ada@example.com', name: 'Ada', locale: null };

function anAccount(change: { access?: boolean } = {}): PlannedEffect {
  return {
    id: `account:${SUBJECT}@app`,
    kind: 'app.account',
    held: false,
    suppressed: null,
    afterId: null,
    occurredAt: NOW,
    payload: {
      customerId: 'cu_1',
      email: 'ada@example.com',
      name: 'Ada',
      access: change.access ?? true,
      reason: 'paid',
      plans: ['pro'],
      grants: ['app'],
      until: null,
    },
  };
}

function aNotice(change: Partial<Pick<PlannedEffect, 'held' | 'suppressed' | 'afterId'>> = {}): PlannedEffect {
  return {
    id: 'access_ended:sub_1@email',
    kind: 'email.access_ended',
    held: false,
    suppressed: null,
    afterId: null,
    occurredAt: NOW,
    payload: { person, plan: null, endedAt: NOW, reason: 'canceled' },
    ...change,
  };
}

const save = (...plan: PlannedEffect[]) => database.db.transaction().execute((tx) => savePlan(tx, SUBJECT, plan, NOW));
const write = (id: string, set: Record<string, unknown>) =>
  database.db.updateTable('effect').set(set).where('id', '=', id).execute();
const read = (id: string) =>
  database.db.selectFrom('effect').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

test('EF1: a message planned twenty times is one row, and says what it said first', async () => {
  for (let time = 0; time < 20; time++) await save(aNotice());
  expect(await database.db.selectFrom('effect').select(['id', 'state', 'version']).execute()).toEqual([
    { id: 'access_ended:sub_1@email', state: 'planned', version: 1 },
  ]);
});

test('a plan that says one thing twice is one row, as it was said last', async () => {
  await save(aNotice({ held: true }), aNotice());
  expect(await database.db.selectFrom('effect').select(['id', 'state']).execute()).toEqual([
    { id: 'access_ended:sub_1@email', state: 'planned' },
  ]);
});

test('a message that was sent is never planned again', async () => {
  await save(aNotice());
  await write('access_ended:sub_1@email', { state: 'sent', attempts: 1 });
  await save(aNotice());
  expect(await read('access_ended:sub_1@email')).toMatchObject({ state: 'sent' });
});

test('a held message is released by a verified plan, and by name', async () => {
  await save(aNotice({ held: true }));
  expect(await read('access_ended:sub_1@email')).toMatchObject({ state: 'held', next_at: null });
  const held = await database.db.transaction().execute((tx) => readHeld(tx, SUBJECT));
  expect(held).toMatchObject([{ kind: 'email.access_ended', payload: { endedAt: NOW } }]);
  await save(aNotice());
  expect(await read('access_ended:sub_1@email')).toMatchObject({ state: 'planned', next_at: NOW });

  await write('access_ended:sub_1@email', { state: 'held', next_at: null });
  await database.db.transaction().execute((tx) => releaseHeld(tx, ['access_ended:sub_1@email'], NOW));
  expect(await read('access_ended:sub_1@email')).toMatchObject({ state: 'planned', next_at: NOW });
});

test('what was suppressed without an attempt is revived by a later fact, and not against the word of a person', async () => {
  await save(aNotice({ held: true }));
  const suppress = [{ id: 'access_ended:sub_1@email', reason: 'Access came back before it was verified.' }];
  await database.db.transaction().execute((tx) => suppressHeld(tx, suppress, NOW));
  expect(await read('access_ended:sub_1@email')).toMatchObject({ state: 'suppressed', settled_at: NOW });
  await save(aNotice());
  expect(await read('access_ended:sub_1@email')).toMatchObject({ state: 'planned', settled_at: null, reason: null });

  await write('access_ended:sub_1@email', { state: 'suppressed', by_hand: true });
  await save(aNotice());
  expect(await read('access_ended:sub_1@email')).toMatchObject({ state: 'suppressed' });
});

test('EF8: a state that desires the same again changes nothing; another one raises the version', async () => {
  await save(anAccount());
  await write(`account:${SUBJECT}@app`, { state: 'sent', next_at: null });
  await save(anAccount());
  expect(await read(`account:${SUBJECT}@app`)).toMatchObject({ state: 'sent', version: 1 });
  await save(anAccount({ access: false }));
  expect(await read(`account:${SUBJECT}@app`)).toMatchObject({ state: 'planned', version: 2, next_at: NOW });
});

test.each(['sending', 'unknown', 'resolving'])(
  'a state effect that is %s keeps its state and learns what is desired now',
  async (state) => {
    await save(anAccount());
    await write(`account:${SUBJECT}@app`, { state, next_at: null });
    await save(anAccount({ access: false }));
    expect(await read(`account:${SUBJECT}@app`)).toMatchObject({
      state,
      version: 2,
      next_at: null,
      data: { access: false },
    });
  },
);

test('a dead state effect is revived when what is desired changes, and only then', async () => {
  await save(anAccount());
  await write(`account:${SUBJECT}@app`, { state: 'dead', next_at: null, failed_attempts: 3 });
  await save(anAccount());
  expect(await read(`account:${SUBJECT}@app`)).toMatchObject({ state: 'dead' });
  await save(anAccount({ access: false }));
  expect(await read(`account:${SUBJECT}@app`)).toMatchObject({ state: 'planned', failed_attempts: 0 });
});

test('a child of the same plan waits for its parent; without a parent it waits for nothing', async () => {
  await save(aNotice({ afterId: `account:${SUBJECT}@app` }), anAccount());
  expect(await read('access_ended:sub_1@email')).toMatchObject({ state: 'planned', next_at: null });
  await write('access_ended:sub_1@email', { after_id: 'account:nobody@app' });
  await save(anAccount({ access: false }));
  await database.db.transaction().execute((tx) => releaseHeld(tx, ['access_ended:sub_1@email'], NOW));
  expect(await read('access_ended:sub_1@email')).toMatchObject({ state: 'planned', next_at: NOW });
});

test('two plans of one customer at once wait for each other instead of deadlocking', async () => {
  const plans = [anAccount(), aNotice({ afterId: `account:${SUBJECT}@app` })];
  await Promise.all(Array.from({ length: 8 }, (_, turn) => save(...(turn % 2 ? plans : plans.toReversed()))));
  expect(await database.db.selectFrom('effect').select('id').execute()).toHaveLength(2);
});

async function standing(...rows: Record<string, unknown>[]) {
  await save(anAccount(), { ...aNotice(), id: 'welcome:sub_1@email', kind: 'email.welcome' } as PlannedEffect);
  const ids = [`account:${SUBJECT}@app`, 'welcome:sub_1@email'];
  for (const [at, set] of rows.entries()) await write(ids[at] as string, { version: 1, ...set });
  await database.db.transaction().execute((tx) => refreshSync(tx, [SUBJECT]));
  return database.db
    .selectFrom('customer')
    .select(['onboarding', 'sync', 'failure', 'failure_at'])
    .executeTakeFirstOrThrow();
}
const failure = (label: string, reason: string, since: string) =>
  JSON.stringify({ label, reason, since, kind: 'retryable' });

test('a customer nothing is asked for waits', async () => {
  await database.db.transaction().execute((tx) => refreshSync(tx, [SUBJECT]));
  expect(await database.db.selectFrom('customer').select(['onboarding', 'sync']).execute()).toEqual([
    { onboarding: 'waiting', sync: {} },
  ]);
});

test.each([
  ['an account that is being made', {}, {}, 'provisioning', { app: 'waiting', email: 'waiting' }],
  [
    'an account that was made',
    { state: 'sent', applied_version: 1 },
    {},
    'provisioned',
    { app: 'in_step', email: 'waiting' },
  ],
  [
    'an account that changes later',
    { state: 'retry_wait', applied_version: 1, failure: failure('App', 'was away', '2026-06-01Z') },
    {},
    'provisioned',
    { app: 'retrying', email: 'waiting' },
  ],
  ['a slot nothing is connected to', { state: 'suppressed' }, {}, 'provisioned', { email: 'waiting' }],
  [
    'a welcome that arrived',
    { state: 'sent', applied_version: 1 },
    { state: 'sent' },
    'welcomed',
    { app: 'in_step', email: 'in_step' },
  ],
  ['an account that was refused', { state: 'dead' }, {}, 'failed', { app: 'failed', email: 'waiting' }],
  ['an answer that was lost', { state: 'unknown' }, {}, 'provisioning', { app: 'retrying', email: 'waiting' }],
  [
    'what only a person can tell',
    { state: 'unknown', next_at: null },
    {},
    'provisioning',
    { app: 'unknown', email: 'waiting' },
  ],
])('the row says how it stands with %s', async (_, account, welcome, onboarding, sync) => {
  expect(await standing(account, welcome)).toMatchObject({ onboarding, sync });
});

test('the failure shown is that of the vendor that broke first', async () => {
  const row = await standing(
    { state: 'retry_wait', failure: failure('Your app', 'answered 500', '2026-06-01T10:00:00Z') },
    { state: 'retry_wait', failure: failure('SMTP', 'refused the connection', '2026-06-01T09:00:00Z') },
  );
  expect(row).toMatchObject({ failure: 'SMTP: refused the connection', failure_at: new Date('2026-06-01T09:00:00Z') });
});
