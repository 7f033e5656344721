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
