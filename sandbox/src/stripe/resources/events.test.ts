import { expect, it } from 'vitest';
import { openShop } from '../testing/shop.ts';

it('events are listed by type, by time and by whether they were delivered', async () => {
  let now = new Date('2026-11-22T12:00:00Z');
  const { stripe, control } = await openShop({ now: () => now });
  const product = await stripe.products.create({ name: 'Pro' });
  now = new Date('2026-11-22T12:10:00Z');
  await stripe.customers.create({ email: 'ada@example.com' });
  // Nobody is there, so this one waits.
  await control('POST', '/endpoints', { url: 'http://127.0.0.1:9/', secret: 'whsec_testsecrettestsecret' });
  await stripe.products.update(product.id, { name: 'Pro plus' });

  const typesOf = async (params: Parameters<typeof stripe.events.list>[0]) =>
    (await stripe.events.list(params)).data.map((event) => event.type);
  expect(await typesOf({ types: ['customer.created', 'product.created'] })).toEqual([
    'customer.created',
    'product.created',
  ]);
  expect(await typesOf({ type: 'product.*' })).toEqual(['product.updated', 'product.created']);
  expect(await typesOf({ created: { gte: now.getTime() / 1000 } })).toEqual(['product.updated', 'customer.created']);
  expect(await typesOf({ delivery_success: false })).toEqual(['product.updated']);
  expect(await typesOf({ delivery_success: true })).toEqual(['customer.created', 'product.created']);
  await expect(stripe.events.list({ type: 'a', types: ['customer.created'] })).rejects.toThrow(/not both/);
});

it('events are listed and found for thirty days, and then no more', async () => {
  let now = new Date('2026-11-01T12:00:00Z');
  const { stripe } = await openShop({ now: () => now });
  await stripe.customers.create();
  const [old] = (await stripe.events.list()).data;
  now = new Date('2026-12-01T12:00:00Z');
  expect((await stripe.events.list()).data).toHaveLength(1);
  now = new Date('2026-12-01T12:00:01Z');
  await stripe.customers.create();
  expect((await stripe.events.list()).data.map(({ id }) => id)).not.toContain(old?.id);
  await expect(stripe.events.retrieve(old!.id)).rejects.toMatchObject({ statusCode: 404, code: 'resource_missing' });
});

it('events lag behind in the list when told to, and can be retrieved all the same', async () => {
  let now = new Date('2026-11-22T12:00:00.900Z');
  const { stripe, control } = await openShop({ now: () => now });
  await control('PUT', '/faults', { events: { lagMs: 2000 } });
  await stripe.customers.create();
  const id = async () => (await stripe.events.list()).data[0]?.id;
  now = new Date('2026-11-22T12:00:02.899Z');
  expect(await id()).toBeUndefined();
  now = new Date('2026-11-22T12:00:02.900Z');
  const listed = await id();
  expect((await stripe.events.retrieve(listed!)).type).toBe('customer.created');
});

it('more than twenty event types are refused', async () => {
  const { stripe } = await openShop();
  const types = Array.from({ length: 21 }, () => 'customer.created');
  await expect(stripe.events.list({ types })).rejects.toMatchObject({ param: 'types' });
});
