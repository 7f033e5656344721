import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { handledTypes } from '../billing/event-types.ts';
import { aStripeShop, type StripeShop } from '../testing/stripe-shop.ts';
import { type Replayed, replayEvent, replayFile } from './replay.ts';

let shop: StripeShop;
beforeEach(async () => {
  shop = await aStripeShop();
  await shop.goLive();
});
afterEach(() => shop.close());

async function eventOf(type: string) {
  for await (const event of shop.stripe.events.list({ type, limit: 1 })) return event;
  throw new Error(`Stripe has no ${type}.`);
}

const counts = async () => {
  const { rows } = await sql`
    select (select count(*)::int from onpaid.event) as events, (select count(*)::int from onpaid.effect) as effects,
      (select count(*)::int from onpaid.transition) as transitions, (select count(*)::int from onpaid.event_payload) as bodies
  `.execute(shop.db);
  return rows[0];
};

function done(replayed: Replayed) {
  if (replayed.status === 'refused') throw new Error(replayed.reason);
  return replayed;
}

test('RP15: an event that was projected is replayed any number of times and plans nothing twice', async () => {
  await shop.buy('Ada');
  await shop.settle();
  const before = await counts();
  for await (const { id, type } of shop.stripe.events.list({ types: [...handledTypes], limit: 100 })) {
    const replayed = done(await replayEvent(shop.context, id));
    expect(replayed).toMatchObject({ type, isNew: false, effects: [] });
  }
  await shop.settle();
  expect(await counts()).toEqual(before);
});

test('RP15: an event that never came is fetched from Stripe, recorded and projected, and says what it changed and planned', async () => {
  const { customerId } = await shop.buy('Ada');
  await shop.settle();
  await shop.misdeliver({ dropEvery: 1 });
  await shop.stripe.customers.update(customerId, { name: 'Ada King' });
  const { id } = await eventOf('customer.updated');

  const dry = done(await replayEvent(shop.context, id, { dryRun: true }));
  const replayed = done(await replayEvent(shop.context, id));
  const change = { objectId: customerId, kind: 'customer', field: 'name', ours: 'Ada', stripe: 'Ada King' };
  expect(replayed).toMatchObject({
    status: 'replayed',
    source: 'stripe',
    isNew: true,
    outcome: 'applied',
    changes: [change],
  });
  expect(replayed.effects.map((it) => it.id).sort()).toEqual([
    `account:${customerId}@app`,
    `contact:${customerId}@crm`,
  ]);
  expect(dry).toEqual({ ...replayed, status: 'previewed', effects: expect.arrayContaining(replayed.effects) });
  expect(dry.effects).toHaveLength(2);
});

test('RP15: an event whose body was purged is fetched anew and projected again', async () => {
  await shop.buy('Ada');
  await shop.settle();
  const { id } = await eventOf('customer.subscription.updated').catch(() => eventOf('customer.subscription.created'));
  await sql`delete from onpaid.event_payload`.execute(shop.db);
  expect(done(await replayEvent(shop.context, id))).toMatchObject({ source: 'stripe', isNew: false });
  expect(done(await replayEvent(shop.context, id))).toMatchObject({ source: 'ours' });
});

test('RP15: a file of one event, or of one a line, is replayed; one of the other mode is refused', async () => {
  await shop.misdeliver({ dropEvery: 1 });
  const { customerId } = await shop.buy('Ada');
  const created = await eventOf('customer.created');
  const bought = await eventOf('customer.subscription.created');
  const lines = [created, bought].map((event) => JSON.stringify(event)).join('\n');
  const replayed = await replayFile(shop.context, lines);
  expect(replayed.map((it) => done(it).outcome)).toEqual(['applied', 'applied']);
  expect(await replayFile(shop.context, JSON.stringify(created, null, 2))).toMatchObject([
    { isNew: false, effects: [] },
  ]);
  const held = await shop.db.selectFrom('billing_object').select('kind').where('subject_id', '=', customerId).execute();
  expect(held.map((row) => row.kind).sort()).toEqual(['customer', 'subscription']);

  const [live] = await replayFile(shop.context, JSON.stringify({ ...created, id: 'evt_live', livemode: true }));
  expect(live).toMatchObject({ status: 'refused', eventId: 'evt_live' });
  await expect(replayFile(shop.context, 'no event')).rejects.toThrow('Line 1');
});

test('RP9: a dry run of a replay says what would change and changes nothing', async () => {
  await shop.misdeliver({ dropEvery: 1 });
  await shop.buy('Ada');
  const { id } = await eventOf('customer.subscription.created');
  const before = await shop.dump();
  expect(done(await replayEvent(shop.context, id, { dryRun: true })).changes).toMatchObject([
    { field: 'object', ours: null },
  ]);
  expect(await shop.dump()).toEqual(before);
});

test('RP15: an event that nobody has is said to be nowhere', async () => {
  expect(await replayEvent(shop.context, 'evt_nowhere')).toMatchObject({ status: 'refused' });
});
