import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../testing/test-database.ts';
import { readInvariantViolations } from './invariants.ts';

async function aDatabase(): Promise<TestDatabase> {
  const database = await testDatabase();
  await sql`insert into onpaid.subject (id) values ('cus_1')`.execute(database.db);
  return database;
}

function anEffect({ db }: TestDatabase, id: string, change: Record<string, unknown>): Promise<unknown> {
  const effect = {
    id,
    kind: 'email.welcome',
    slot: 'email',
    shape: 'message',
    subject_id: 'cus_1',
    state: 'planned',
    data: '{}',
    occurred_at: new Date(),
    ...change,
  };
  return db.insertInto('effect').values(effect).execute();
}

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);

async function namesIn(database: TestDatabase): Promise<string[]> {
  return (await readInvariantViolations(database.db)).map(({ name, id }) => `${name} ${id}`);
}

test('a line in which nothing is wrong breaks no invariant', async () => {
  const database = await aDatabase();
  await anEffect(database, 'planned', {});
  await anEffect(database, 'sending', { state: 'sending', lease_until: ago(-1), next_at: null });
  await anEffect(database, 'waiting', { after_id: 'planned', after_dead: 'block', next_at: null });
  await anEffect(database, 'held', { state: 'held', next_at: null });
  await anEffect(database, 'by hand', { state: 'sent', by_hand: true, next_at: null });
  expect(await namesIn(database)).toEqual([]);
});

test('an event that nobody will project is found', async () => {
  const database = await aDatabase();
  await sql`
    insert into onpaid.event (id, type, subject_id, occurred_at, livemode, disposition)
    values ('evt_1', 'invoice.paid', 'cus_1', now(), false, 'recorded')
  `.execute(database.db);
  expect(await namesIn(database)).toEqual(['event_forgotten evt_1']);
  await sql`update onpaid.subject set wanted = 1`.execute(database.db);
  expect(await namesIn(database)).toEqual([]);
});

test.each<[string, Record<string, unknown>]>([
  ['sending_past_lease', { state: 'sending', lease_until: ago(1), next_at: null }],
  ['child_forgotten', { after_id: 'parent', after_dead: 'block', next_at: null }],
  ['stuck_without_issue', { state: 'dead', next_at: null }],
  ['stuck_without_issue', { state: 'unknown', next_at: null }],
  ['held_too_long', { state: 'held', next_at: null, created_at: ago(16) }],
  ['sent_without_proof', { state: 'sent', next_at: null, settled_at: ago(1) }],
])('%s is found', async (name, change) => {
  const database = await aDatabase();
  await anEffect(database, 'parent', { state: 'suppressed', next_at: null });
  await anEffect(database, 'e', change);
  expect(await namesIn(database)).toEqual([`${name} e`]);
});

test('an object whose alias leads back to itself is found, and one that leads to its customer is not', async () => {
  const database = await aDatabase();
  await sql`insert into onpaid.subject (id) values ('cs_1'), ('cs_2'), ('pi_1')`.execute(database.db);
  await sql`
    insert into onpaid.object_alias (object_id, subject_id)
    values ('pi_1', 'cs_1'), ('cs_1', 'cs_2'), ('ch_1', 'cus_1')
  `.execute(database.db);
  expect(await namesIn(database)).toEqual([]);
  await sql`insert into onpaid.object_alias (object_id, subject_id) values ('cs_2', 'cs_1')`.execute(database.db);
  expect((await namesIn(database)).sort()).toEqual(['alias_cycle cs_1', 'alias_cycle cs_2']);
});

test('access that outlived its end is found', async () => {
  const database = await aDatabase();
  await sql`
    insert into onpaid.customer (id, subject_id, access_allowed, access_until)
    values ('cu_1', 'cus_1', true, ${ago(1)})
  `.execute(database.db);
  expect(await namesIn(database)).toEqual(['access_outlived cu_1']);
});

test('two contacts of one customer are found', async () => {
  const database = await aDatabase();
  const contact = { kind: 'crm.contact', slot: 'crm', shape: 'state' };
  await anEffect(database, 'contact:cus_1@crm', { ...contact, remote_id: '1' });
  await anEffect(database, 'contact:cus_1b@crm', { ...contact, remote_id: '2' });
  expect(await namesIn(database)).toEqual(['contact_twice cus_1']);
});
