import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aCustomerRow } from '../testing/rows.ts';
import { type TestDatabase, testDatabase } from '../testing/test-database.ts';
import { getCustomer, listCustomers } from './customers-store.ts';

const idsOf = (page: { items: { id: string }[] }) => page.items.map((item) => item.id);

test('an empty database is an empty page without neighbours', async () => {
  const { db } = await testDatabase();
  expect(await listCustomers(db)).toEqual({ items: [], older: null, newer: null });
});

test('pages are newest first, and walking older then newer sees each customer once, also within one microsecond', async () => {
  const { db } = await testDatabase();
  for (const id of ['a', 'b', 'c', 'd', 'e']) await aCustomerRow(db, { id: `cu_${id}` });
  // Times that differ only in what a JavaScript Date cannot hold, and two that do not differ at all.
  await sql`update onpaid.customer set created_at = timestamptz '2026-03-04 14:00:00.000001Z' where id in ('cu_a', 'cu_b')`.execute(
    db,
  );
  await sql`update onpaid.customer set created_at = timestamptz '2026-03-04 14:00:00.000002Z' where id in ('cu_c', 'cu_d')`.execute(
    db,
  );
  await sql`update onpaid.customer set created_at = timestamptz '2026-03-04 14:00:00.000003Z' where id = 'cu_e'`.execute(
    db,
  );
  const first = await listCustomers(db, { limit: 2 });
  const second = await listCustomers(db, { limit: 2, cursor: first.older });
  const third = await listCustomers(db, { limit: 2, cursor: second.older });
  expect([first, second, third].map(idsOf)).toEqual([['cu_e', 'cu_d'], ['cu_c', 'cu_b'], ['cu_a']]);
  expect([first.newer, third.older]).toEqual([null, null]);
  const back = await listCustomers(db, { limit: 2, cursor: third.newer });
  expect(idsOf(back)).toEqual(['cu_c', 'cu_b']);
  expect(idsOf(await listCustomers(db, { limit: 2, cursor: back.newer }))).toEqual(['cu_e', 'cu_d']);
});

test('going newer onto a page that is not full shows the first page whole', async () => {
  const { db } = await testDatabase();
  for (const day of [1, 2, 3, 4])
    await aCustomerRow(db, { id: `cu_${day}`, created_at: new Date(Date.UTC(2026, 2, day)) });
  const first = await listCustomers(db, { limit: 2 });
  const older = await listCustomers(db, { limit: 2, cursor: first.older });
  await aCustomerRow(db, { id: 'cu_5', created_at: new Date(Date.UTC(2026, 2, 5)) });
  const back = await listCustomers(db, { limit: 4, cursor: older.newer });
  expect(idsOf(back)).toEqual(['cu_5', 'cu_4', 'cu_3', 'cu_2']);
});

test('a cursor that is not ours shows the first page', async () => {
  const { db } = await testDatabase();
  await aCustomerRow(db, { id: 'cu_1' });
  expect(idsOf(await listCustomers(db, { cursor: "older.'; drop table" }))).toEqual(['cu_1']);
});

test.each([
  ['ada lo', ['cu_ada']],
  ['ADA', ['cu_ada']],
  ['lovelace', []],
  ['grace@ex', ['cu_grace']],
  ['grace', ['cu_grace']],
  ['100%', ['cu_percent']],
  ['%', []],
  ['_', []],
  ['שלום', ['cu_rtl']],
  ['cus_ada', ['cu_ada']],
  ['cu_ada', ['cu_ada']],
  ['sub_ada1', ['cu_ada']],
  ['pi_ada1', ['cu_ada']],
  ['sub_nobodys', []],
])('searching for "%s" finds %j', async (search, expected) => {
  expect(idsOf(await listCustomers(people.db, { search }))).toEqual(expected);
});

let people: TestDatabase;
beforeAll(async () => {
  people = await testDatabase();
  const { db } = people;
  await aCustomerRow(db, {
    id: 'cu_ada',
    subject_id: 'cus_ada',
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    amount_cents: 500,
    currency: 'jpy',
  });
  await aCustomerRow(db, { id: 'cu_grace', name: null, email: 'Grace@Example.com' });
  await aCustomerRow(db, { id: 'cu_percent', name: '100% Wool' });
  await aCustomerRow(db, { id: 'cu_rtl', name: 'שלום עולם' });
  await db
    .insertInto('billing_object')
    .values({
      id: 'sub_ada1',
      kind: 'subscription',
      subject_id: 'cus_ada',
      value: '{}',
      occurred_at: new Date(),
      rank: 0,
      confidence: 'verified',
    })
    .execute();
  await db.insertInto('object_alias').values({ object_id: 'pi_ada1', subject_id: 'cus_ada' }).execute();
});
afterAll(() => people.close());

test('filters narrow together, and a filter nobody fits is an empty page', async () => {
  const { db } = await testDatabase();
  await aCustomerRow(db, { id: 'cu_fine' });
  await aCustomerRow(db, { id: 'cu_late', billing: 'past_due' });
  await aCustomerRow(db, {
    id: 'cu_stuck',
    billing: 'past_due',
    sync: JSON.stringify({ crm: 'retrying', helpdesk: 'failed' }),
    failure: 'HubSpot: answered 500',
  });
  const find = async (filter: object) => idsOf(await listCustomers(db, { filter }));
  expect(await find({ billing: 'past_due' })).toEqual(['cu_stuck', 'cu_late']);
  expect(await find({ billing: 'past_due', crm: 'retrying' })).toEqual(['cu_stuck']);
  expect(await find({ support: 'failed' })).toEqual(['cu_stuck']);
  expect(await find({ failing: true })).toEqual(['cu_stuck']);
  expect(await find({ onboarding: 'failed' })).toEqual([]);
});

test.each(['cu_ada', 'cus_ada', 'pi_ada1', 'Ada@Example.com', ' cu_ada '])('"%s" names one customer', async (name) => {
  expect(await getCustomer(people.db, name)).toMatchObject({
    id: 'cu_ada',
    price: { amountCents: 500, currency: 'jpy' },
    sync: { crm: 'in_step' },
    access: { allow: true, reason: { code: 'active' }, plans: ['team'] },
    lastEvent: { type: 'invoice.paid', at: new Date('2026-03-04T14:00:00Z') },
  });
});

test('a name that belongs to nobody is null', async () => {
  const { db } = await testDatabase();
  expect(await getCustomer(db, 'cu_nobody')).toBeNull();
  expect(await getCustomer(db, 'nobody@example.com')).toBeNull();
});

test('of two customers with one address, the newest answers', async () => {
  const { db } = await testDatabase();
  await aCustomerRow(db, { id: 'cu_old', email: 'a@example.com', created_at: new Date(0) });
  await aCustomerRow(db, { id: 'cu_new', email: 'a@example.com' });
  expect((await getCustomer(db, 'a@example.com'))?.id).toBe('cu_new');
});

let many: TestDatabase;
beforeAll(async () => {
  many = await testDatabase();
  await sql`insert into onpaid.subject (id) select 'cus_' || n from generate_series(1, 20000) n`.execute(many.db);
  await sql`
    insert into onpaid.customer (id, subject_id, name, email_normalized, billing, onboarding, sync, failure, created_at)
    select 'cu_' || n, 'cus_' || n, 'Name ' || n, 'm' || n || '@example.com',
      case when n % 5000 = 0 then 'past_due' else 'active' end,
      case when n % 5000 = 0 then 'failed' else 'welcomed' end,
      case when n % 5000 = 0 then '{"crm": "failed", "helpdesk": "failed"}' else '{"crm": "in_step"}' end::jsonb,
      case when n % 5000 = 0 then 'HubSpot: answered 500' end,
      timestamptz '2026-01-01Z' + n * interval '1 minute'
    from generate_series(1, 20000) n`.execute(many.db);
  await sql`analyze onpaid.customer`.execute(many.db);
});
afterAll(() => many.close());

test.each([
  ['no filter', {}],
  ['a page deep inside', { cursor: 'older.1767312000000000.cu_1' }],
  ['a rare billing state', { filter: { billing: 'past_due' } }],
  ['a rare onboarding state', { filter: { onboarding: 'failed' } }],
  ['a rare CRM state', { filter: { crm: 'failed' } }],
  ['a rare support state', { filter: { support: 'failed' } }],
  ['what fails', { filter: { failing: true } }],
  ['a name', { search: 'name 1999' }],
  ['an address', { search: 'm1999@' }],
])('%s is read through an index, never by walking the table', async (_, query) => {
  const statements: { sql: string; parameters: readonly unknown[] }[] = [];
  const watched = many.db.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => result,
  });
  const executor = watched.getExecutor();
  const compile = executor.compileQuery.bind(executor);
  executor.compileQuery = (node, queryId) => {
    const compiled = compile(node, queryId);
    statements.push(compiled);
    return compiled;
  };
  await listCustomers(watched, query);
  for (const statement of statements) {
    const { rows } = await many.pool.query<{ 'QUERY PLAN': string }>(`explain ${statement.sql}`, [
      ...statement.parameters,
    ]);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).not.toContain('Seq Scan on customer');
    expect(plan).toContain('Index');
  }
  expect(statements.length).toBeGreaterThan(0);
});
