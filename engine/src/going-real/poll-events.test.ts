import { startStripeStandIn } from '@onpaid/sandbox';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { handledTypes } from '../billing/event-types.ts';
import { createStripeCalls } from '../billing/stripe-calls.ts';
import { createStripeClient } from '../billing/stripe-client.ts';
import { stampDeployment } from '../db/deployment.ts';
import { readDelivery } from '../receive/delivery.ts';
import { createRecorder } from '../receive/record.ts';
import { testDatabase } from '../testing/index.ts';
import { type EventPolling, pollEvents } from './poll-events.ts';
import { readSeenUntil } from './poll-store.ts';

const secretKey = 'sk_test_polling0123456789';
const log = pino({ level: 'silent' });

/** A Stripe account without a webhook endpoint, and an installation that asks it. */
async function polling({ now = () => new Date() } = {}) {
  const standIn = await startStripeStandIn({ port: 0, secretKey, now });
  onTestFinished(() => standIn.close());
  const stripe = { secretKey, apiBase: standIn.baseUrl };
  const database = await testDatabase();
  await stampDeployment(database.db, { mode: 'test', stripeAccount: null });
  const recorder = createRecorder({ pool: database.pool });
  const it: EventPolling = {
    db: database.db,
    calls: createStripeCalls({ ...stripe, log }),
    recorder,
    mode: 'test',
    log,
    now,
  };
  const ids = async () =>
    (await database.db.selectFrom('event').select('id').orderBy('seq').execute()).map((e) => e.id);
  return { client: createStripeClient(stripe), standIn, recorder, it, ids, db: database.db };
}

const signal = () => AbortSignal.timeout(10_000);

test('GO6: what happened at Stripe is recorded without any delivery, once however often it is asked for', async () => {
  const { client, it, ids } = await polling();
  const ada = await client.customers.create({ email: 'ada@example.com' });
  await client.customers.update(ada.id, { name: 'Ada' });
  expect(await pollEvents(it, signal())).toBe(2);
  expect(await pollEvents(it, signal())).toBe(0);
  await client.customers.create({ email: 'grace@example.com' });
  expect(await pollEvents(it, signal())).toBe(1);
  expect(await ids()).toHaveLength(3);
});

test('GO6: an event that was delivered as well is the same event', async () => {
  const { client, it, recorder, ids } = await polling();
  await client.customers.create({ email: 'ada@example.com' });
  const [event] = (await client.events.list({ limit: 1 })).data;
  await recorder.record(readDelivery(Buffer.from(JSON.stringify(event)), 'test', new Date()));
  expect(await pollEvents(it, signal())).toBe(0);
  expect(await ids()).toEqual([event?.id]);
});

test('GO6: types that no endpoint of ours would be sent are left out', async () => {
  const { client, it, ids } = await polling();
  const product = await client.products.create({ name: 'Pro' });
  const price = await client.prices.create({ product: product.id, currency: 'usd', unit_amount: 9900 });
  const { url } = await client.checkout.sessions.create({
    mode: 'payment',
    line_items: [{ price: price.id, quantity: 1 }],
    success_url: 'http://shop.test/thanks',
    cancel_url: 'http://shop.test/pricing',
  });
  const body = new URLSearchParams({ action: 'pay', email: 'ada@example.com', name: 'Ada' });
  await fetch(url ?? '', { method: 'POST', body, redirect: 'manual' });
  const listed = (await client.events.list({ limit: 100 })).data;
  const handled = listed.filter((event) => handledTypes.has(event.type)).map((event) => event.id);
  expect(handled.length).toBeLessThan(listed.length);
  expect(await pollEvents(it, signal())).toBe(handled.length);
  expect((await ids()).toSorted()).toEqual(handled.toSorted());
});

test('GO6: after an outage every page is read, and only then is the place remembered', async () => {
  const { client, it, standIn, ids, db } = await polling();
  for (let i = 0; i < 120; i += 1) await client.customers.create({ email: `buyer${i}@example.com` });
  const before = await readSeenUntil(db);
  const fault = (status: number | null) =>
    fetch(`${standIn.baseUrl}/_control/faults`, {
      method: status === null ? 'DELETE' : 'PUT',
      ...(status !== null && { body: JSON.stringify({ api: { status } }) }),
    });
  await fault(500);
  await expect(pollEvents(it, signal())).rejects.toThrow();
  expect(await readSeenUntil(db)).toEqual(before);
  await fault(null);
  expect(await pollEvents(it, signal())).toBe(120);
  expect(await ids()).toHaveLength(120);
});

test('GO6: what Stripe lists late, a moment behind its own time, is still found', async () => {
  let moment = new Date(Date.now() + 10_000);
  const { client, it } = await polling({ now: () => moment });
  await client.customers.create({ email: 'ada@example.com' });
  expect(await pollEvents(it, signal())).toBe(1);
  moment = new Date(moment.getTime() - 30_000);
  await client.customers.create({ email: 'late@example.com' });
  expect(await pollEvents(it, signal())).toBe(1);
});
