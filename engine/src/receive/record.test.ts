import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import { openDatabase } from '../db/database.ts';
import { aStripeEvent, aThinEvent } from '../testing/stripe-events.ts';
import { aCustomer, anInvoice } from '../testing/stripe-objects.ts';
import { type TestDatabase, testDatabase } from '../testing/test-database.ts';
import { readDelivery } from './delivery.ts';
import { createRecorder, EventNotStored, RecorderUnavailable } from './record.ts';

const deliveryOf = (event: unknown) => readDelivery(Buffer.from(JSON.stringify(event)), 'test', new Date());
const paid = (customer = 'cus_1') => aStripeEvent('invoice.paid', anInvoice({ customer }));

async function stored({ db }: TestDatabase) {
  return {
    events: await db.selectFrom('event').select(['id', 'type', 'subject_id', 'disposition']).orderBy('id').execute(),
    shapes: (await db.selectFrom('event_payload').select('shape').orderBy('shape').execute()).map((row) => row.shape),
    wanted: Object.fromEntries(
      (await db.selectFrom('subject').select(['id', 'wanted']).execute()).map((row) => [row.id, row.wanted]),
    ),
  };
}

test('an event and its body are stored, and its subject is wanted since then', async () => {
  const database = await testDatabase();
  const recorder = createRecorder({ pool: database.pool });
  const event = paid();
  expect(await recorder.record(deliveryOf(event))).toBe('recorded');

  const row = await database.db.selectFrom('event').selectAll().executeTakeFirstOrThrow();
  expect(row).toMatchObject({
    id: event.id,
    type: 'invoice.paid',
    subject_id: 'cus_1',
    object_id: 'in_1',
    occurred_at: new Date(event.created * 1_000),
    api_version: event.api_version,
    livemode: false,
    origin: 'webhook',
    projected_at: null,
  });
  const payload = await database.db.selectFrom('event_payload').selectAll().executeTakeFirstOrThrow();
  expect(JSON.parse(payload.body.toString())).toEqual(event);
  const subject = await database.db.selectFrom('subject').selectAll().executeTakeFirstOrThrow();
  expect(subject).toMatchObject({ id: 'cus_1', wanted: 1, done: 0, wanted_since: row.received_at });
});

test('one event delivered twenty times at once is one row, one body and one mark', async () => {
  const database = await testDatabase();
  const recorder = createRecorder({ pool: database.pool });
  const other = createRecorder({ pool: database.pool });
  const delivery = deliveryOf(paid());
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => (index % 2 ? recorder : other).record(delivery)),
  );
  expect(answers.filter((answer) => answer === 'recorded')).toHaveLength(1);
  expect(answers.filter((answer) => answer === 'duplicate')).toHaveLength(19);
  expect(await stored(database)).toMatchObject({ events: [{}], shapes: ['snapshot'], wanted: { cus_1: 1 } });
});

test('a mark keeps the time since which a subject waits, and begins anew after it was done', async () => {
  const database = await testDatabase();
  const recorder = createRecorder({ pool: database.pool });
  const subject = () => database.db.selectFrom('subject').selectAll().executeTakeFirstOrThrow();
  await recorder.record(deliveryOf(paid()));
  const first = await subject();
  await recorder.record(deliveryOf(paid()));
  expect(await subject()).toMatchObject({ wanted: 2, wanted_since: first.wanted_since });

  await database.db.updateTable('subject').set({ done: 2 }).execute();
  await recorder.record(deliveryOf(paid()));
  const again = await subject();
  expect(again.wanted).toBe(3);
  expect(again.wanted_since?.getTime()).toBeGreaterThan(first.wanted_since?.getTime() ?? Number.POSITIVE_INFINITY);
});

test.each([
  ['snapshot then thin', false],
  ['thin then snapshot', true],
])('RC5: a twin pair, %s, is one event with two bodies', async (_, thinFirst) => {
  const database = await testDatabase();
  const recorder = createRecorder({ pool: database.pool });
  const updated = aStripeEvent('customer.updated', aCustomer());
  const thin = aThinEvent('customer.updated', { id: 'cus_1', object: 'customer' }, { twinOf: updated });
  const pair = [deliveryOf(updated), deliveryOf(thin)];
  if (thinFirst) pair.reverse();
  const [first, second] = pair;
  expect([await recorder.record(first!), await recorder.record(second!)]).toEqual(['recorded', 'duplicate']);
  expect(await recorder.record(second!)).toBe('duplicate');
  expect(await stored(database)).toMatchObject({
    events: [{ id: updated.id, type: 'customer.updated', subject_id: 'cus_1' }],
    shapes: ['snapshot', 'thin'],
    // A snapshot that comes second is marked too: whoever holds the mark of its twin may have read it already.
    wanted: { cus_1: thinFirst ? 2 : 1 },
  });
});

test('twins at once are one event about the customer, with two bodies', async () => {
  const database = await testDatabase();
  const recorder = createRecorder({ pool: database.pool });
  const event = paid();
  const thin = aThinEvent('invoice.paid', { id: 'in_1', object: 'invoice' }, { twinOf: event });
  const answers = await Promise.all([paid('cus_9'), thin, event, thin].map((one) => recorder.record(deliveryOf(one))));
  expect(answers).toEqual(['recorded', 'recorded', 'duplicate', 'duplicate']);
  const { events, shapes, wanted } = await stored(database);
  expect(events.find((row) => row.id === event.id)).toMatchObject({ subject_id: 'cus_1' });
  expect(shapes).toEqual(['snapshot', 'snapshot', 'thin']);
  expect(wanted).toMatchObject({ cus_1: 1, cus_9: 1 });
});

test('a snapshot whose thin twin was projected without it is projected itself', async () => {
  const database = await testDatabase();
  const recorder = createRecorder({ pool: database.pool });
  const updated = aStripeEvent('customer.updated', aCustomer());
  const thin = aThinEvent('customer.updated', { id: 'cus_1', object: 'customer' }, { twinOf: updated });
  await recorder.record(deliveryOf(thin));
  await database.db.updateTable('event').set({ projected_at: new Date(), outcome: 'unresolved' }).execute();
  await database.db.updateTable('subject').set({ done: 1 }).execute();
  await recorder.record(deliveryOf(updated));
  const { projected_at } = await database.db.selectFrom('event').select('projected_at').executeTakeFirstOrThrow();
  expect(projected_at).toBeNull();
  expect((await stored(database)).wanted).toEqual({ cus_1: 2 });
});

test('a thin event that comes after its snapshot leaves what was projected alone', async () => {
  const database = await testDatabase();
  const recorder = createRecorder({ pool: database.pool });
  const event = paid();
  await recorder.record(deliveryOf(event));
  await database.db.updateTable('event').set({ projected_at: new Date(), outcome: 'applied' }).execute();
  const before = await database.db.selectFrom('event').selectAll().executeTakeFirstOrThrow();
  await recorder.record(
    deliveryOf(aThinEvent('invoice.overpaid', { id: 'in_1', object: 'invoice' }, { twinOf: event })),
  );
  const after = await database.db.selectFrom('event').selectAll().executeTakeFirstOrThrow();
  expect(after).toEqual({ ...before, shapes: ['snapshot', 'thin'] });
  expect((await stored(database)).wanted).toEqual({ cus_1: 1 });
});

test('an ignored thin event does not hide its twin of a type we handle', async () => {
  const database = await testDatabase();
  const recorder = createRecorder({ pool: database.pool });
  const event = paid();
  const thin = aThinEvent('invoice.overpaid', { id: 'in_1', object: 'invoice' }, { twinOf: event });
  const answers = [];
  for (const one of [thin, event, thin]) answers.push(await recorder.record(deliveryOf(one)));
  expect(answers).toEqual(['ignored', 'duplicate', 'duplicate']);
  expect(await stored(database)).toEqual({
    events: [{ id: event.id, type: 'invoice.paid', subject_id: 'cus_1', disposition: 'recorded' }],
    shapes: ['snapshot', 'thin'],
    wanted: { cus_1: 1 },
  });
});

test('what is ignored, quarantined or invalid is kept and marks nobody', async () => {
  const database = await testDatabase();
  const recorder = createRecorder({ pool: database.pool });
  const deliveries = [
    deliveryOf(aStripeEvent('charge.updated', anInvoice(), { id: 'evt_a' })),
    deliveryOf(aStripeEvent('invoice.paid', anInvoice(), { id: 'evt_b', livemode: true })),
    deliveryOf({ hello: 'world' }),
  ];
  const answers = await Promise.all(deliveries.map((delivery) => recorder.record(delivery)));
  expect(answers).toEqual(['ignored', 'quarantined', 'invalid']);
  const { events, wanted } = await stored(database);
  expect(events.map((event) => event.disposition)).toEqual(['ignored', 'quarantined', 'invalid']);
  expect(wanted).toEqual({});
});

test('a thousand mixed events at once, through two processes: every one acknowledged is in the table', async () => {
  const database = await testDatabase();
  const second = openDatabase(database.url);
  const recorders = [createRecorder({ pool: database.pool }), createRecorder({ pool: second.pool })];
  const deliveries = Array.from({ length: 1_000 }, (_, index) => {
    const type = ['invoice.paid', 'customer.updated', 'charge.updated'][index % 3]!;
    return deliveryOf(aStripeEvent(type, anInvoice({ customer: `cus_${index % 37}` }), { id: `evt_${index % 900}` }));
  });
  const answers = await Promise.all(
    deliveries.map(async (delivery, index) => [delivery.key, await recorders[index % 2]!.record(delivery)] as const),
  );
  await second.close();

  const { events, shapes, wanted } = await stored(database);
  expect(new Set(events.map((event) => event.id))).toEqual(new Set(answers.map(([key]) => key)));
  expect(answers.filter(([, answer]) => answer === 'duplicate')).toHaveLength(100);
  expect(shapes).toHaveLength(900);
  const recordedCount = answers.filter(([, answer]) => answer === 'recorded').length;
  expect(Object.values(wanted).reduce((sum, count) => sum + count, 0)).toBe(recordedCount);
});

test('a NUL in a body poisons nobody, itself included', async () => {
  const database = await testDatabase();
  const recorder = createRecorder({ pool: database.pool });
  const event = aStripeEvent('customer.updated', aCustomer({ name: 'Ada\u0000Lovelace' }));
  const answers = await Promise.all([event, paid(), paid()].map((one) => recorder.record(deliveryOf(one))));
  expect(answers).toEqual(['recorded', 'recorded', 'recorded']);
});

test('RC6: an event PostgreSQL refuses answers for itself alone', async () => {
  const database = await testDatabase();
  const recorder = createRecorder({ pool: database.pool });
  // Reading a delivery lets no such thing through; should it ever, its batch must not suffer.
  const poisoned = { ...deliveryOf(paid()), type: 'invoice.\u0000' };
  const deliveries = Array.from({ length: 30 }, (_, index) => (index === 17 ? poisoned : deliveryOf(paid())));
  const answers = await Promise.allSettled(deliveries.map((delivery) => recorder.record(delivery)));
  const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
  expect(refused).toEqual([expect.any(EventNotStored)]);
  expect(answers[17]?.status).toBe('rejected');
  expect((await stored(database)).events).toHaveLength(29);
});

test('with the database away every delivery is refused, and stored when it comes again', async () => {
  const database = await testDatabase();
  const nowhere = openDatabase(database.url.replace(/:\d+\//, ':1/'));
  const away = createRecorder({ pool: nowhere.pool });
  const deliveries = Array.from({ length: 5 }, () => deliveryOf(paid()));
  for (const answer of await Promise.allSettled(deliveries.map((delivery) => away.record(delivery)))) {
    expect(answer).toMatchObject({ status: 'rejected', reason: expect.any(RecorderUnavailable) });
  }
  await nowhere.close();
  const back = createRecorder({ pool: database.pool });
  expect(await Promise.all(deliveries.map((delivery) => back.record(delivery)))).toEqual(Array(5).fill('recorded'));
});

test('a database that does not answer is one that is away', async () => {
  const database = await testDatabase();
  const recorder = createRecorder({ pool: database.pool, timeoutMs: 100 });
  await database.db.transaction().execute(async (tx) => {
    await sql`lock table onpaid.event in access exclusive mode`.execute(tx);
    await expect(recorder.record(deliveryOf(paid()))).rejects.toThrow(RecorderUnavailable);
  });
  await expect.poll(() => recorder.record(deliveryOf(paid()))).toBe('recorded');
});

test('more than the queue holds is refused at once, and what it holds is stored', async () => {
  const database = await testDatabase();
  const recorder = createRecorder({ pool: database.pool, maxBatch: 1, maxQueued: 2 });
  const answers = await Promise.allSettled(Array.from({ length: 4 }, () => recorder.record(deliveryOf(paid()))));
  expect(answers.map((answer) => answer.status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
  expect(answers[3]).toMatchObject({ reason: { reason: 'busy' } });

  const small = createRecorder({ pool: database.pool, maxQueuedBytes: 100 });
  await expect(small.record(deliveryOf(paid()))).rejects.toMatchObject({ reason: 'busy' });
});

test('closing settles what was taken and takes no more', async () => {
  const database = await testDatabase();
  const recorder = createRecorder({ pool: database.pool, maxBatch: 1 });
  const taken = [paid(), paid(), paid()].map((event) => recorder.record(deliveryOf(event)));
  await recorder.close();
  expect(await Promise.all(taken)).toEqual(['recorded', 'recorded', 'recorded']);
  await expect(recorder.record(deliveryOf(paid()))).rejects.toMatchObject({ reason: 'closing' });
});

test('the wake-up follows the commit, is shared by a burst, and may fail without harm', async () => {
  const database = await testDatabase();
  const visible: number[] = [];
  const onRecorded = vi.fn(async () => {
    const { events } = await stored(database);
    visible.push(events.length);
    throw new Error('nobody there to wake');
  });
  const recorder = createRecorder({ pool: database.pool, maxBatch: 5, onRecorded });
  await Promise.all(Array.from({ length: 50 }, () => recorder.record(deliveryOf(paid()))));
  await vi.waitFor(() => expect(visible.at(-1)).toBe(50), 10_000);
  expect(visible[0]).toBeGreaterThan(0);
  expect(onRecorded.mock.calls.length).toBeLessThanOrEqual(10);
});

test('what gives nobody work wakes nobody', async () => {
  const database = await testDatabase();
  const onRecorded = vi.fn();
  const recorder = createRecorder({ pool: database.pool, onRecorded });
  await recorder.record(deliveryOf(aStripeEvent('charge.updated', anInvoice())));
  await recorder.close();
  expect(onRecorded).not.toHaveBeenCalled();
});
