import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LineContext } from '../context.ts';
import { markEmailVerified } from '../customers/prove-address.ts';
import type { Connection, Slot } from '../effects/connection.ts';
import { readDelivery } from '../receive/delivery.ts';
import { createRecorder } from '../receive/record.ts';
import {
  aCheckoutSession,
  aCustomer,
  anInvoice,
  anUnpaidInvoice,
  aPlan,
  aPolicy,
  aStripeEvent,
  aSubscription,
  aThinEvent,
  BOUGHT_AT,
  type SnapshotEvent,
  type StripeObject,
  type TestDatabase,
  testDatabase,
} from '../testing/index.ts';
import { convergeSubjects, drainSubjects } from './converge.ts';
import type { StripeReader } from './snapshot.ts';
import type { BillingObject } from './state.ts';
import { understand } from './stripe-shapes.ts';
import { verifySubjects } from './verify.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());
afterEach(async () => {
  await sql`truncate onpaid.subject, onpaid.event, onpaid.event_payload cascade`.execute(database.db);
});

const BUDGET = { budgetMs: 10_000, limit: 100 };
const SECOND = 1_000;
const DAY = 86_400 * SECOND;

const policy = aPolicy({ plans: [aPlan('team', { grants: ['app', 'team'] })] });

/** Only its presence in a slot matters here. */
const connection = (slot: Slot): Connection => ({
  slot,
  vendor: 'none',
  label: 'None',
  ratePerSecond: 1,
  handlers: {},
  probe: async () => ({ ok: true, value: { account: null } }),
});

/** Shortly after the default purchase; each test moves its own clock. */
let clock: Date;
beforeEach(() => {
  clock = new Date(BOUGHT_AT * SECOND + 30 * SECOND);
});
const pass = (milliseconds: number) => {
  clock = new Date(clock.getTime() + milliseconds);
};

function aContext(overrides: Partial<LineContext> = {}): LineContext {
  const slots: Slot[] = ['app', 'crm', 'email', 'helpdesk', 'chat'];
  return {
    db: database.db,
    log: pino({ level: 'silent' }),
    now: () => clock,
    policy,
    baseUrl: 'https://northwind.example',
    stripe: null,
    connections: Object.fromEntries(slots.map((slot) => [slot, connection(slot)])),
    workerId: 'worker-1',
    wake: () => {},
    reached: () => {},
    ...overrides,
  };
}

/** Stripe, as far as a read sees it: change `objects` and the next read finds the change. */
function aStripe(objects: [BillingObject['kind'], StripeObject][]) {
  const stripe = {
    objects,
    reads: 0,
    async readSubject(subjectId: string, _known?: readonly string[], _signal?: AbortSignal) {
      stripe.reads += 1;
      const read = stripe.objects.map(([kind, raw]) => understand(kind, raw));
      return {
        subjectId,
        ownerId: null,
        readAt: clock,
        objects: read.flatMap((it) => (it.ok ? it.object : [])),
        gone: [],
      };
    },
  };
  return stripe satisfies StripeReader & Record<string, unknown>;
}

const record = (...events: SnapshotEvent[]) => recordBodies(...events);

async function recordBodies(...documents: object[]): Promise<void> {
  const recorder = createRecorder({ pool: database.pool });
  const bodies = documents.map((document) => Buffer.from(JSON.stringify(document)));
  await Promise.all(bodies.map((body) => recorder.record(readDelivery(body, 'test', clock))));
  await recorder.close();
}

const event = (type: string, object: StripeObject, after = 0, previous?: Record<string, unknown>) =>
  aStripeEvent(type, object, { created: BOUGHT_AT + after, ...(previous && { previous }) });

const purchase = () => [
  event('customer.created', aCustomer()),
  event('customer.subscription.created', aSubscription({ status: 'incomplete' }), 1),
  event('invoice.paid', anInvoice(), 2),
  event('customer.subscription.updated', aSubscription(), 2, { status: 'incomplete' }),
  event('customer.updated', aCustomer(), 3, { invoice_settings: { default_payment_method: null } }),
  event('checkout.session.completed', aCheckoutSession(), 3),
];

const customers = () => database.db.selectFrom('customer').selectAll().orderBy('subject_id').execute();
const subjects = () => database.db.selectFrom('subject').selectAll().orderBy('id').execute();
const subject = async (id: string) => (await subjects()).find((it) => it.id === id);
const effects = async () => {
  const rows = await database.db.selectFrom('effect').select(['id', 'state']).orderBy('id').execute();
  return Object.fromEntries(rows.map((row) => [row.id, row.state]));
};
const bought = {
  'account:cus_1@app': 'planned',
  'contact:cus_1@crm': 'planned',
  'sale:sub_1@chat': 'planned',
  'welcome:sub_1@email': 'planned',
};

test('a purchase in any order, with duplicates, in any number of rounds, is one customer with access and one of each effect', async () => {
  for (let run = 0; run < 50; run += 1) {
    const events = purchase();
    const delivered = shuffle([...events, ...events.filter(() => Math.random() < 0.5)]);
    const cut = Math.floor(Math.random() * delivered.length);
    await record(...delivered.slice(0, cut));
    await drainSubjects(aContext(), BUDGET);
    await record(...delivered.slice(cut));
    await drainSubjects(aContext(), BUDGET);

    const order = delivered.map((it) => `${it.type}@${it.created}`).join(' ');
    expect(await customers(), order).toMatchObject([
      {
        access_allowed: true,
        billing: 'active',
        plan: 'team',
        amount_cents: 4900,
        email: 'ada@example.com',
        onboarding: 'provisioning',
      },
    ]);
    expect(await effects(), order).toEqual(bought);
    expect(await subjects()).toMatchObject([{ id: 'cus_1', failures: 0, lease_until: null }]);
    expect(await database.db.selectFrom('event').select('id').where('projected_at', 'is', null).execute()).toEqual([]);
    await sql`truncate onpaid.subject, onpaid.event, onpaid.event_payload cascade`.execute(database.db);
  }
}, 60_000);

test('what was applied, stale or not understood is written on the event', async () => {
  const strange = event('customer.subscription.updated', aSubscription({ status: 'hibernating' }), 4);
  const stale = event('customer.updated', aCustomer({ email: 'old@example.com' }), -10);
  await record(event('customer.updated', aCustomer()), strange);
  await drainSubjects(aContext(), BUDGET);
  await record(stale);
  await drainSubjects(aContext(), BUDGET);
  const rows = await database.db.selectFrom('event').select(['id', 'outcome']).execute();
  expect(Object.fromEntries(rows.map((row) => [row.id, row.outcome]))).toMatchObject({
    [strange.id]: 'unresolved',
    [stale.id]: 'stale',
  });
  expect((await customers())[0]?.email).toBe('ada@example.com');
});

test('a NUL in a name is left out, and holds nothing up', async () => {
  await record(...purchase(), event('customer.updated', aCustomer({ name: 'Ada\u0000 Lovelace' }), 4));
  await drainSubjects(aContext(), BUDGET);
  expect(await customers()).toMatchObject([{ name: 'Ada Lovelace', access_allowed: true }]);
  expect(await subjects()).toMatchObject([{ failures: 0 }]);
});

test('BS11: an event that commits while its subject is being converged is not lost', async () => {
  const [created, ...rest] = purchase();
  await record(created!);
  let late: Promise<void> | undefined;
  const reached = () => {
    late ??= record(...rest);
  };
  // Its events were read before; the recorder's commit lands before ours.
  const context = aContext({ reached: (point) => point === 'subject.projected' && reached() });
  const claimOnce = convergeSubjects(context, { ...BUDGET, budgetMs: 0 });
  await claimOnce;
  await late;
  expect(await subject('cus_1')).toMatchObject({ wanted: 6, done: 1 });
  await drainSubjects(context, BUDGET);
  expect(await effects()).toEqual(bought);
});

test('BS9: whose fence was taken writes nothing', async () => {
  await record(...purchase());
  const steal = sql`update onpaid.subject set fence = fence + 1, leased_by = 'worker-2'`;
  const begin = database.db.transaction.bind(database.db);
  // The moment between deciding and the transaction.
  vi.spyOn(database.db, 'transaction').mockImplementationOnce(() => {
    const builder = begin();
    const execute = builder.execute.bind(builder);
    builder.execute = async (work) => {
      await steal.execute(database.db);
      return await execute(work);
    };
    return builder;
  });
  await convergeSubjects(aContext(), { ...BUDGET, budgetMs: 0 });
  expect(await customers()).toEqual([]);
  expect(await effects()).toEqual({});
  expect(await subject('cus_1')).toMatchObject({ done: 0, leased_by: 'worker-2' });
  // Whoever took it and died is waited out.
  expect(await drainSubjects(aContext(), BUDGET)).toBe(0);
  pass(61 * SECOND);
  await drainSubjects(aContext(), BUDGET);
  expect(await effects()).toEqual(bought);
});

test('BS10: a subject that cannot be converged waits alone, says why, and is tried again later', async () => {
  await record(...purchase());
  for (const id of ['cus_0', 'cus_2']) await record(event('customer.created', aCustomer({ id })));
  await sql`
    insert into onpaid.billing_object (id, kind, subject_id, value, occurred_at, rank, confidence)
    values ('sub_9', 'subscription', 'cus_1', '{"kind": "poison"}', now(), 0, 'verified')
  `.execute(database.db);
  await drainSubjects(aContext(), BUDGET);
  expect((await customers()).map((it) => it.subject_id)).toEqual(['cus_0', 'cus_2']);
  expect(await subject('cus_1')).toMatchObject({
    failures: 1,
    failure: expect.stringContaining('kind'),
    not_before: new Date(clock.getTime() + SECOND),
    lease_until: null,
  });
  await sql`delete from onpaid.billing_object where id = 'sub_9'`.execute(database.db);
  expect(await drainSubjects(aContext(), BUDGET)).toBe(0);
  pass(2 * SECOND);
  await drainSubjects(aContext(), BUDGET);
  expect(await effects()).toEqual(bought);
  expect(await subject('cus_1')).toMatchObject({ failures: 0, failure: null });
});

describe('with a key', () => {
  const active: [BillingObject['kind'], StripeObject][] = [
    ['customer', aCustomer()],
    ['subscription', aSubscription()],
    ['invoice', anInvoice()],
  ];

  async function buy(stripe: ReturnType<typeof aStripe>) {
    const context = aContext({ stripe });
    await record(...purchase());
    await drainSubjects(context, BUDGET);
    return context;
  }

  test('a burst grants access at once and costs one read, which verifies what is believed', async () => {
    const stripe = aStripe(active);
    const context = await buy(stripe);
    expect(await customers()).toMatchObject([{ access_allowed: true }]);
    expect(stripe.reads).toBe(0);
    pass(200);
    await drainSubjects(context, BUDGET);
    await drainSubjects(context, BUDGET);
    expect(stripe.reads).toBe(1);
    const confidence = await database.db
      .selectFrom('billing_object')
      .select(['id', 'confidence'])
      .orderBy('id')
      .execute();
    expect(confidence).toContainEqual({ id: 'sub_1', confidence: 'verified' });
    expect(await subject('cus_1')).toMatchObject({ verify_at: null, verify_wanted_since: null, verified_at: clock });
    expect(await effects()).toEqual(bought);
  });

  test('what a read does not correct, it confirms', async () => {
    const context = await buy(aStripe(active));
    const unconfirmed = () =>
      database.db.selectFrom('transition').select('key').where('confidence', '=', 'provisional').execute();
    expect(await unconfirmed()).not.toEqual([]);
    pass(200);
    await drainSubjects(context, BUDGET);
    expect(await unconfirmed()).toEqual([]);
  });

  test('BS9: a read that an event overtakes is thrown away and made again', async () => {
    const stripe = aStripe(active);
    const context = await buy(stripe);
    pass(200);
    const slow: StripeReader = {
      async readSubject(subjectId) {
        const snapshot = await stripe.readSubject(subjectId);
        if (stripe.reads > 1) return snapshot;
        stripe.objects = [...active, ['subscription', aSubscription({ lookupKey: 'other' })]];
        await record(event('customer.subscription.updated', aSubscription({ lookupKey: 'other' }), 31));
        // Access does not wait for Stripe: while the read is out, the event is converged.
        await convergeSubjects(context, BUDGET);
        return snapshot;
      },
    };
    await verifySubjects({ ...context, stripe: slow }, { budgetMs: 0 });
    expect(await subject('cus_1')).toMatchObject({ verified_at: null });
    expect((await customers())[0]?.plan).toBe(null);
    pass(SECOND);
    await verifySubjects({ ...context, stripe: slow }, { budgetMs: 0 });
    expect(stripe.reads).toBe(2);
    expect(await subject('cus_1')).toMatchObject({ verified_at: clock, verify_at: null });
  });

  test('while Stripe cannot be read, events go on being converged and the read is tried ever later', async () => {
    const down: StripeReader = { readSubject: () => Promise.reject(new Error('connect ECONNREFUSED')) };
    const context = aContext({ stripe: down });
    await record(...purchase());
    await drainSubjects(context, BUDGET);
    pass(200);
    await drainSubjects(context, BUDGET);
    expect(await subject('cus_1')).toMatchObject({
      failure: 'connect ECONNREFUSED',
      verify_at: new Date(clock.getTime() + SECOND),
      failures: 0,
    });
    await record(event('customer.updated', aCustomer({ name: 'Ada King' }), 32));
    await convergeSubjects(context, BUDGET);
    expect((await customers())[0]?.name).toBe('Ada King');
  });

  test('AC3: when grace ends, access goes on until Stripe has been asked, and then ends', async () => {
    const stripe = aStripe(active);
    const context = await buy(stripe);
    const pastDue = aSubscription({ status: 'past_due', latest_invoice: 'in_2' });
    stripe.objects = [
      ['customer', aCustomer()],
      ['subscription', pastDue],
      ['invoice', anUnpaidInvoice({ id: 'in_2' })],
    ];
    await record(
      event('customer.subscription.updated', pastDue, 60, { status: 'active' }),
      event('invoice.payment_failed', anUnpaidInvoice({ id: 'in_2' }), 60),
    );
    pass(60 * SECOND);
    await convergeSubjects(context, BUDGET);
    const failed = ['payment_failed:in_2:1@email', 'payment_failed:in_2@chat', 'payment_failed:in_2@helpdesk'];
    const states = async () => failed.map(async (id) => (await effects())[id]);
    expect(await Promise.all(await states())).toEqual(['held', 'held', 'held']);
    pass(200);
    await drainSubjects(context, BUDGET);
    expect(await Promise.all(await states())).toEqual(['planned', 'planned', 'planned']);

    pass(7 * DAY);
    await convergeSubjects(context, BUDGET);
    expect(await customers()).toMatchObject([{ access_allowed: true, billing: 'past_due' }]);
    pass(200);
    await drainSubjects(context, BUDGET);
    expect(await customers()).toMatchObject([{ access_allowed: false, access_reason: { code: 'grace_over' } }]);
    expect(await effects()).toMatchObject({
      'access_ended:sub_1:1@email': 'planned',
      'access_ended:sub_1:1@chat': 'planned',
      'account:cus_1@app': 'planned',
    });
    expect(await drainSubjects(context, BUDGET)).toBe(0);
  });

  test('what was held is not said when Stripe tells otherwise', async () => {
    const stripe = aStripe([...active, ['invoice', anInvoice({ id: 'in_2' })]]);
    const context = await buy(stripe);
    await record(event('invoice.payment_failed', anUnpaidInvoice({ id: 'in_2' }), 60));
    pass(60 * SECOND);
    await convergeSubjects(context, BUDGET);
    pass(200);
    await drainSubjects(context, BUDGET);
    expect(await effects()).toMatchObject({ 'payment_failed:in_2:1@email': 'suppressed' });
  });

  test('BS8: an ending that Stripe itself declared ends access at once; only what is said of it waits', async () => {
    const context = await buy(aStripe(active));
    const canceled = aSubscription({ status: 'canceled', ended_at: BOUGHT_AT + 40 });
    await record(event('customer.subscription.deleted', canceled, 40));
    await convergeSubjects(context, BUDGET);
    expect(await customers()).toMatchObject([{ access_allowed: false, billing: 'canceled' }]);
    expect(await effects()).toMatchObject({ 'access_ended:sub_1:1@email': 'held' });
  });
});

test('BS12: without a key, time alone ends access when grace is over', async () => {
  await record(
    ...purchase(),
    event('customer.subscription.updated', aSubscription({ status: 'past_due' }), 10, { status: 'active' }),
  );
  await drainSubjects(aContext(), BUDGET);
  expect(await subject('cus_1')).toMatchObject({ due_at: new Date((BOUGHT_AT + 10) * SECOND + 7 * DAY) });
  expect(await drainSubjects(aContext(), BUDGET)).toBe(0);
  pass(7 * DAY);
  expect(await drainSubjects(aContext(), BUDGET)).toBe(1);
  expect(await customers()).toMatchObject([{ access_allowed: false }]);
  expect(await subject('cus_1')).toMatchObject({ due_at: null });
});

test('a renewal that failed and was paid closes the ticket it opened', async () => {
  await record(...purchase(), event('invoice.payment_failed', anUnpaidInvoice({ id: 'in_2' }), 10));
  await drainSubjects(aContext(), BUDGET);
  await record(event('invoice.payment_failed', anUnpaidInvoice({ id: 'in_2', attempt_count: 2 }), 15));
  await drainSubjects(aContext(), BUDGET);
  await record(event('invoice.paid', anInvoice({ id: 'in_2' }), 20));
  await drainSubjects(aContext(), BUDGET);
  expect(Object.keys(await effects()).filter((id) => id.includes('in_2'))).toEqual([
    'payment_failed:in_2:1@email',
    'payment_failed:in_2:2@email',
    'payment_failed:in_2@chat',
    'payment_failed:in_2@helpdesk',
    'payment_recovered:in_2@helpdesk',
  ]);
});

test('an old customer whose first event is a stray one is welcomed by nobody', async () => {
  clock = new Date(BOUGHT_AT * SECOND + 60 * DAY);
  await record(
    event('customer.subscription.updated', aSubscription(), 60 * 86_400 - 5),
    event('invoice.paid', anInvoice({ id: 'in_3' }), 60 * 86_400 - 5),
  );
  await drainSubjects(aContext(), BUDGET);
  expect(await effects()).toEqual({ ...bought, 'sale:sub_1@chat': 'suppressed', 'welcome:sub_1@email': 'suppressed' });
});

test('showing that an address is read verifies exactly its customers, and their contacts are told', async () => {
  await record(...purchase());
  await record(event('customer.created', aCustomer({ id: 'cus_2', email: 'ada@example.org' })));
  await drainSubjects(aContext(), BUDGET);
  expect(await markEmailVerified(aContext(), ' Ada@Example.com')).toBe(1);
  expect(await drainSubjects(aContext(), BUDGET)).toBe(1);
  const contact = await database.db
    .selectFrom('effect')
    .select(['data', 'version'])
    .where('id', '=', 'contact:cus_1@crm')
    .executeTakeFirst();
  expect(contact).toMatchObject({ version: 2, data: { emailVerified: true } });
  await record(event('customer.updated', aCustomer({ email: 'eve@example.com' }), 50));
  await drainSubjects(aContext(), BUDGET);
  expect((await customers())[0]).toMatchObject({ email: 'eve@example.com', email_verified_at: null });
});

test("what a guest object holds becomes its customer's as soon as Stripe names one", async () => {
  const stripe = aStripe([
    ['customer', aCustomer()],
    ['subscription', aSubscription()],
    ['invoice', anInvoice()],
  ]);
  const guest: StripeReader = {
    readSubject: async (id) => ({ ...(await stripe.readSubject(id)), ownerId: id.startsWith('cus_') ? null : 'cus_1' }),
  };
  const context = aContext({ stripe: guest });
  const thin = aThinEvent('customer.subscription.updated', { id: 'sub_1', object: 'subscription' });
  await recordBodies(thin);
  await record(event('checkout.session.completed', aCheckoutSession({ customer: null })));
  await drainSubjects(context, BUDGET);
  expect(await customers()).toMatchObject([{ subject_id: 'cs_test_1', stripe_customer_id: null }]);
  for (let round = 0; round < 3; round += 1) {
    pass(200);
    await drainSubjects(context, BUDGET);
  }
  expect(await customers()).toMatchObject([{ subject_id: 'cus_1', stripe_customer_id: 'cus_1', access_allowed: true }]);
  // Their account and contact keep the name they got: a guest who was provisioned gets no second account.
  expect(await effects()).toEqual({
    'account:cs_test_1@app': 'planned',
    'contact:cs_test_1@crm': 'planned',
    'sale:sub_1@chat': 'planned',
    'welcome:sub_1@email': 'planned',
  });
  const homeless = await sql`select id from onpaid.billing_object where subject_id <> 'cus_1'`.execute(database.db);
  expect(homeless.rows).toEqual([]);
  expect(await drainSubjects(context, BUDGET)).toBe(0);
});

function shuffle<T>(list: T[]): T[] {
  return list
    .map((value) => ({ value, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value);
}
