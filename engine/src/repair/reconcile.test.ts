import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { aStripeShop, type StripeShop } from '../testing/stripe-shop.ts';
import { listDrift } from './drift-store.ts';
import { type ReconcileOptions, type ReconcileReport, reconcile, reconcileCustomer } from './reconcile.ts';

const MINUTE = 60_000;

let shop: StripeShop;
beforeEach(async () => {
  shop = await aStripeShop();
  await shop.goLive();
});
afterEach(() => shop.close());

async function run(options: ReconcileOptions = {}): Promise<ReconcileReport> {
  const report = await reconcile(shop.context, options);
  if (report.status === 'busy') throw new Error('Nobody else reconciles here.');
  return report;
}

const told = (report: ReconcileReport) =>
  report.drift.map(({ kind, field, ours, stripe, cause }) => ({ kind, field, ours, stripe, cause }));

async function readEffects() {
  return shop.db.selectFrom('effect').select(['id', 'version', 'state']).orderBy('id').execute();
}

async function readCustomer(subjectId: string) {
  return shop.db.selectFrom('customer').selectAll().where('subject_id', '=', subjectId).executeTakeFirstOrThrow();
}

/** Several customers at rest, and each change of theirs on its own: nothing else would have them read again. */
async function customersAtRest(count: number) {
  const names = Array.from({ length: count }, (_, i) => `Buyer ${i}`);
  const buyers = await inTens(names, (name) => shop.buy(name));
  await shop.settle();
  shop.passTime(MINUTE);
  return buyers;
}

/** The row without when it was written. */
async function readBelief(subjectId: string) {
  const { updated_at: _, access_changed_at: __, ...belief } = await readCustomer(subjectId);
  return belief;
}

async function inTens<T, R>(items: T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += 10) results.push(...(await Promise.all(items.slice(i, i + 10).map(act))));
  return results;
}

/** What a hand in the database does: objects, their tombstones, what is derived, and rows that are gone. */
const tamperings: Record<string, (subjectId: string) => Promise<unknown>> = {
  'a subscription’s status': (id) =>
    sql`update onpaid.billing_object set value = value || '{"status": "canceled"}' where subject_id = ${id} and kind = 'subscription'`.execute(
      shop.db,
    ),
  'an invoice’s amount': (id) =>
    sql`update onpaid.billing_object set value = value || '{"amountPaidCents": 1}' where subject_id = ${id} and kind = 'invoice'`.execute(
      shop.db,
    ),
  'a tombstone': (id) =>
    sql`update onpaid.billing_object set deleted = true where subject_id = ${id} and kind = 'subscription'`.execute(
      shop.db,
    ),
  'a document that is none': (id) =>
    sql`update onpaid.billing_object set value = '{"kind": "nonsense"}' where subject_id = ${id} and kind = 'invoice'`.execute(
      shop.db,
    ),
  'an object that is gone': (id) =>
    sql`delete from onpaid.billing_object where subject_id = ${id} and kind = 'subscription'`.execute(shop.db),
  'the access decision': (id) =>
    sql`update onpaid.customer set access_allowed = false, access_grants = '{}' where subject_id = ${id}`.execute(
      shop.db,
    ),
  'the billing word': (id) =>
    sql`update onpaid.customer set billing = 'canceled', plan = null where subject_id = ${id}`.execute(shop.db),
};

test('RP5: on a database where 1 % of the rows were altered and 1 % of the events never arrived, all of it is found and healed, and a second run finds nothing', async () => {
  const customers = await customersAtRest(200);
  const effectsBefore = await readEffects();
  // One change each, every hundredth of which is never told.
  await shop.misdeliver({ dropEvery: 100 });
  await inTens(customers, ({ subscriptionId }) =>
    shop.stripe.subscriptions.update(subscriptionId, { cancel_at_period_end: true }),
  );
  await shop.settle();
  await shop.misdeliver(null);
  const unaware = await sql<{ id: string }>`
    select id from onpaid.billing_object where kind = 'subscription' and value ->> 'cancelAtPeriodEnd' = 'false'
  `.execute(shop.db);
  const missed = new Set(unaware.rows.map((row) => row.id));
  expect(missed.size).toBe(2);

  // A hand in the database: of about 1,000 rows of objects and customers, ten.
  const aware = customers.filter(({ subscriptionId }) => !missed.has(subscriptionId));
  const hands = Object.values(tamperings);
  const altered = aware.slice(0, 10);
  for (const [i, { customerId }] of altered.entries()) await hands[i % hands.length]?.(customerId);

  const first = await run();
  expect(first).toMatchObject({ status: 'finished', subjects: 200, differing: 12, busy: [], failed: 0 });
  const byCause = Map.groupBy(first.drift, (it) => it.cause);
  expect(new Set(byCause.get('missed')?.map((it) => it.objectId))).toEqual(missed);
  expect(new Set(byCause.get('bug')?.map((it) => it.subjectId))).toEqual(new Set(altered.map((it) => it.customerId)));
  expect([...byCause.keys()].sort()).toEqual(['bug', 'missed']);
  expect(first.drift.every((it) => it.healedAt !== null)).toBe(true);

  const second = await run();
  expect(second).toMatchObject({ status: 'finished', subjects: 200, differing: 0, drift: [] });
  const stale = await sql`
    select id from onpaid.billing_object
    where kind = 'subscription' and (value ->> 'cancelAtPeriodEnd' = 'false' or value ->> 'status' <> 'active' or deleted)
  `.execute(shop.db);
  expect(stale.rows).toEqual([]);
  const without = await sql`select id from onpaid.customer where not access_allowed or billing <> 'canceling'`.execute(
    shop.db,
  );
  expect(without.rows).toEqual([]);
  // Contacts and accounts are brought in step; nobody is mailed about what a hand did.
  expect((await readEffects()).map((it) => it.id)).toEqual(effectsBefore.map((it) => it.id));
}, 180_000);

test.each(Object.keys(tamperings))(
  'RP5: %s, altered behind our back, is found and healed, and nobody is told of it',
  async (what) => {
    const [buyer] = await customersAtRest(1);
    const id = buyer?.customerId ?? '';
    const { access_version: before, ...row } = await readBelief(id);
    const effects = await readEffects();
    await tamperings[what]?.(id);

    const report = await run();
    expect(report.differing).toBe(1);
    expect(report.fields).toMatchObject({ missed: 0, late: 0, unknown: 0 });
    const { access_version: after, ...healed } = await readBelief(id);
    expect(healed).toEqual(row);
    expect(Number(after)).toBeGreaterThanOrEqual(Number(before));
    expect((await readEffects()).map((it) => it.id)).toEqual(effects.map((it) => it.id));
    expect(await run()).toMatchObject({ differing: 0, drift: [] });
  },
);

test('RP6: an object that was altered does not accuse the row that was right', async () => {
  const [buyer] = await customersAtRest(1);
  await tamperings['a subscription’s status']?.(buyer?.customerId ?? '');
  expect(told(await run())).toEqual([
    { kind: 'subscription', field: 'status', ours: 'canceled', stripe: 'active', cause: 'bug' },
  ]);
});

test('RP5: what has ended and was altered to be running ends again, the row and all, and nobody is mailed', async () => {
  const [buyer] = await customersAtRest(1);
  const id = buyer?.customerId ?? '';
  await shop.stripe.subscriptions.cancel(buyer?.subscriptionId ?? '');
  await shop.settle();
  const effects = await readEffects();
  await sql`
    update onpaid.billing_object set value = value || '{"status": "active"}' where subject_id = ${id} and kind = 'subscription'
  `.execute(shop.db);
  await sql`
    update onpaid.customer set access_allowed = true, access_reason = '{"code": "lifetime", "checkoutId": "cs_1"}' where subject_id = ${id}
  `.execute(shop.db);
  expect(await run()).toMatchObject({ differing: 1 });
  expect(await readCustomer(id)).toMatchObject({ access_allowed: false, billing: 'canceled' });
  expect((await readEffects()).map((it) => it.id)).toEqual(effects.map((it) => it.id));
  expect(await run()).toMatchObject({ differing: 0 });
});

test('RP6: drift says field, our value, Stripe’s, and why: missed when no event told, late when one is not projected yet', async () => {
  const [ada, grace] = await customersAtRest(2);
  await shop.misdeliver({ dropEvery: 1 });
  await shop.stripe.customers.update(ada?.customerId ?? '', { name: 'Ada King' });
  await shop.misdeliver(null);
  await shop.stripe.customers.update(grace?.customerId ?? '', { name: 'Grace Hopper' });
  await shop.delivered();

  const report = await run({ dryRun: true });
  expect(told(report).sort((a, b) => a.cause.localeCompare(b.cause))).toEqual([
    { kind: 'customer', field: 'name', ours: 'Buyer 1', stripe: 'Grace Hopper', cause: 'late' },
    { kind: 'customer', field: 'name', ours: 'Buyer 0', stripe: 'Ada King', cause: 'missed' },
  ]);
});

test('RP7: a customer who never reached us is found in Stripe’s lists, and welcomed if that was today', async () => {
  await shop.misdeliver({ dropEvery: 1 });
  const { customerId } = await shop.buy('Ada');
  await shop.misdeliver(null);
  const report = await run();
  expect(report).toMatchObject({ subjects: 1, differing: 1 });
  expect(report.fields.missed).toBeGreaterThan(0);
  expect(await readCustomer(customerId)).toMatchObject({ access_allowed: true, billing: 'active' });
  expect((await readEffects()).find((it) => it.id.startsWith('welcome:'))?.state).toBe('planned');
  expect(await run()).toMatchObject({ differing: 0 });
});

test('RP8: stopped by its budget, the next run goes on where it was, and together they see everybody once', async () => {
  await customersAtRest(30);
  const first = await run({ budget: 40 });
  expect(first.status).toBe('stopped');
  expect(first.subjects).toBeLessThan(30);
  const second = await run();
  expect(second).toMatchObject({ status: 'finished', isResumed: true, subjects: 30 });
  expect(await run()).toMatchObject({ isResumed: false, subjects: 30 });
});

test('RP9: a dry run tells what it would heal and changes nothing', async () => {
  const [buyer] = await customersAtRest(2);
  await tamperings['the billing word']?.(buyer?.customerId ?? '');
  await shop.misdeliver({ dropEvery: 1 });
  await shop.buy('Nobody told');
  await shop.misdeliver(null);
  const before = await shop.dump();
  const report = await run({ dryRun: true });
  expect(report).toMatchObject({ subjects: 3, differing: 2 });
  expect(report.drift.every((it) => it.healedAt === null)).toBe(true);
  expect(await shop.dump()).toEqual(before);
  expect(await listDrift(shop.db)).toEqual([]);
});

test('RP5: one customer is reconciled by Stripe’s id, ours, or an address; one whom nobody knows is said to be unknown', async () => {
  const [buyer] = await customersAtRest(2);
  const id = buyer?.customerId ?? '';
  const { id: ours } = await readCustomer(id);
  for (const name of [id, ours, 'Buyer.0@customer.example']) {
    await tamperings['the billing word']?.(id);
    expect(await reconcileCustomer(shop.context, name)).toMatchObject({ subjects: 1, differing: 1 });
  }
  expect(await listDrift(shop.db, { subjectId: id })).toHaveLength(6);
  expect(await reconcileCustomer(shop.context, 'nobody@customer.example')).toBeNull();
});
