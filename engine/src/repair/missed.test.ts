import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { handledTypes } from '../billing/event-types.ts';
import { aStripeShop, type StripeShop } from '../testing/stripe-shop.ts';
import { closeGap, fetchMissedEvents } from './missed.ts';
import { takeWalk } from './walk-store.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let shop: StripeShop;
beforeEach(async () => {
  shop = await aStripeShop();
  await shop.goLive();
});
afterEach(() => shop.close());

const ask = () => fetchMissedEvents(shop.context, AbortSignal.timeout(60_000));

async function readEvents(origin: string) {
  return shop.db
    .selectFrom('event')
    .selectAll()
    .where('origin', '=', origin)
    .where('disposition', '=', 'recorded')
    .execute();
}

async function openIssues(): Promise<string[]> {
  const rows = await shop.db.selectFrom('issue').select('cause_key').where('state', '<>', 'resolved').execute();
  return rows.map((row) => row.cause_key);
}

test('RP1: a purchase whose webhooks were all lost is fetched within the next round, and its buyer is welcomed', async () => {
  await shop.misdeliver({ dropEvery: 1 });
  const { customerId } = await shop.buy('Ada');
  shop.passTime(2 * 60 * MINUTE);
  const found = await ask();
  await shop.settle();

  expect(found).toMatchObject({ status: 'done', gap: null });
  expect((await readEvents('repair')).length).toBeGreaterThan(2);
  const customer = await shop.db
    .selectFrom('customer')
    .select(['access_allowed', 'billing'])
    .where('subject_id', '=', customerId)
    .executeTakeFirst();
  expect(customer).toEqual({ access_allowed: true, billing: 'active' });
  const welcome = await shop.db.selectFrom('effect').select('state').where('kind', '=', 'email.welcome').execute();
  expect(welcome).toEqual([{ state: 'planned' }]);
});

test('RP1: what was fetched is not fetched twice, and what a webhook brought is not recorded again', async () => {
  await shop.buy('Ada');
  await shop.settle();
  const brought = await readEvents('webhook');
  const first = await ask();
  const again = await ask();
  expect(first).toMatchObject({ recorded: 0 });
  expect(again).toMatchObject({ recorded: 0 });
  expect(await readEvents('webhook')).toEqual(brought);
  expect(await readEvents('repair')).toEqual([]);
});

test('RP1: an outage much longer than the overlap loses nothing', async () => {
  await shop.buy('Before');
  await shop.settle();
  await ask();
  await shop.misdeliver({ dropEvery: 1 });
  const bought: string[] = [];
  for (const hour of [1, 2, 3]) {
    shop.passTime(hour * 60 * MINUTE);
    bought.push((await shop.buy(`During ${hour}`)).subscriptionId);
  }
  shop.passTime(5 * 60 * MINUTE);
  await ask();
  await shop.settle();
  const held = await shop.db.selectFrom('billing_object').select('id').where('kind', '=', 'subscription').execute();
  expect(held.map((row) => row.id)).toEqual(expect.arrayContaining(bought));
});

test('RP2: the watermark rises only when the whole list was read, and the next round goes on where this one broke off', async () => {
  await shop.misdeliver({ dropEvery: 1 });
  for (let i = 0; i < 30; i += 1) await shop.buy(`Buyer ${i}`);
  shop.passTime(20 * MINUTE);
  let pages = 0;
  const breaking = {
    ...shop.context,
    calls: {
      ...shop.context.calls,
      async *pages(...args: Parameters<typeof shop.context.calls.pages>) {
        for await (const page of shop.context.calls.pages(...args)) {
          if (pages === 1) throw new Error('the line went dead');
          pages += 1;
          yield page;
        }
      },
    },
  } as typeof shop.context;
  await expect(fetchMissedEvents(breaking, AbortSignal.timeout(60_000))).rejects.toThrow('the line went dead');
  const watermarks = await shop.db.selectFrom('event_watermark').selectAll().execute();
  expect(watermarks).toEqual([]);
  expect(await readEvents('repair')).toHaveLength(100);

  await ask();
  const told: string[] = [];
  for await (const event of shop.stripe.events.list({ types: [...handledTypes], limit: 100 })) told.push(event.id);
  const fetched = await readEvents('repair');
  expect(fetched.map((event) => event.id).sort()).toEqual(told.sort());
});

test('RP2: while one worker asks, others leave it alone, until it has been gone for too long', async () => {
  const other = { by: 'somebody else', now: shop.context.now() };
  expect(await takeWalk(shop.db, 'missed_events', other)).not.toBeNull();
  expect(await ask()).toEqual({ status: 'busy' });
  shop.passTime(3 * MINUTE);
  expect(await ask()).toMatchObject({ status: 'done' });
});

test('RP3: away for longer than Stripe keeps events, an issue asks for a reconcile until one was done', async () => {
  await ask();
  shop.passTime(40 * DAY);
  const found = await ask();
  expect(found).toMatchObject({ gap: { from: expect.any(Date), until: expect.any(Date) } });
  expect(await openIssues()).toEqual(['stripe:events_gap']);
  expect(await ask()).toMatchObject({ gap: null });
  await closeGap(shop.context);
  expect(await openIssues()).toEqual([]);
});

test('RP4: events that no webhook brings open an issue after a quarter of an hour, and the next delivery closes it', async () => {
  await shop.buy('Ada');
  await shop.settle();
  shop.passTime(DAY);
  await ask();
  expect(await openIssues()).toEqual([]);

  await shop.misdeliver({ dropEvery: 1 });
  await shop.buy('Grace');
  await ask();
  expect(await openIssues()).toEqual([]);
  shop.passTime(16 * MINUTE);
  await ask();
  await ask();
  expect(await openIssues()).toEqual(['stripe:silence']);
  const told = await shop.db.selectFrom('effect').select('kind').where('subject_id', 'is', null).execute();
  expect(told).toEqual([{ kind: 'chat.issue_opened' }]);

  await shop.misdeliver(null);
  await shop.buy('Edith');
  await shop.settle();
  await ask();
  expect(await openIssues()).toEqual([]);
});

test('RP4: a webhook that comes after repair has fetched its event ends the silence too', async () => {
  await shop.misdeliver({ hold: true });
  await shop.buy('Ada');
  shop.passTime(16 * MINUTE);
  await ask();
  expect(await openIssues()).toEqual(['stripe:silence']);
  await shop.misdeliver(null);
  await shop.settle();
  await ask();
  expect(await openIssues()).toEqual([]);
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from onpaid.event where origin = 'repair' and delivered_at is null and disposition = 'recorded'
  `.execute(shop.db);
  expect(rows).toEqual([{ n: 0 }]);
});
