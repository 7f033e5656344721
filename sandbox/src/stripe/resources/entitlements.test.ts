import { expect, it } from 'vitest';
import { eventsSince, lastEvent, openShop, stock, subscribe } from '../testing/shop.ts';

async function aShopWithFeatures(count: number) {
  const shop = await openShop();
  const goods = await stock(shop.stripe);
  const features = [];
  for (let number = 1; number <= count; number += 1) {
    const feature = await shop.stripe.entitlements.features.create({ name: `F${number}`, lookup_key: `f${number}` });
    await shop.stripe.products.createFeature(goods.product.id, { entitlement_feature: feature.id });
    features.push(feature);
  }
  return { ...shop, ...goods, features };
}

it('a subscription gives the features of its products, and takes them when it ends', async () => {
  const { stripe, monthly } = await aShopWithFeatures(2);
  const { id: before } = await lastEvent(stripe);
  const { id, customer: owner } = await subscribe(stripe, monthly.id);
  const customer = String(owner);
  const told = await eventsSince(stripe, before);
  const summaries = told.filter((event) => event.type === 'entitlements.active_entitlement_summary.updated');
  expect(summaries.at(-1)?.data).toMatchObject({
    object: { customer, entitlements: { data: [{ lookup_key: 'f1' }, { lookup_key: 'f2' }], has_more: false } },
    previous_attributes: { entitlements: { data: [] } },
  });
  const { data } = await stripe.entitlements.activeEntitlements.list({ customer, expand: ['data.feature'] });
  expect(data.map((entitlement) => entitlement.feature)).toMatchObject([{ name: 'F2' }, { name: 'F1' }]);

  await stripe.subscriptions.cancel(id);
  expect((await stripe.entitlements.activeEntitlements.list({ customer })).data).toEqual([]);
  expect(await lastEvent(stripe)).toMatchObject({
    type: 'entitlements.active_entitlement_summary.updated',
    data: { object: { entitlements: { data: [] } } },
  });
});

it('an event tells of ten at most, and the list of all of them', async () => {
  const { stripe, monthly } = await aShopWithFeatures(12);
  const { customer } = await subscribe(stripe, monthly.id);
  const [event] = (await stripe.events.list({ type: 'entitlements.active_entitlement_summary.updated' })).data;
  expect(event?.data.object).toMatchObject({ entitlements: { data: { length: 10 }, has_more: true } });
  const all = await stripe.entitlements.activeEntitlements
    .list({ customer: String(customer), limit: 5 })
    .autoPagingToArray({ limit: 100 });
  expect(new Set(all.map((entitlement) => entitlement.lookup_key)).size).toBe(12);
});

it('a feature taken from a product is taken from everybody who bought it', async () => {
  const { stripe, product, monthly } = await aShopWithFeatures(2);
  const { customer } = await subscribe(stripe, monthly.id);
  const [last] = (await stripe.products.listFeatures(product.id)).data;
  await stripe.products.deleteFeature(product.id, last!.id);
  const { data } = await stripe.entitlements.activeEntitlements.list({ customer: String(customer) });
  expect(data.map((entitlement) => entitlement.lookup_key)).toEqual(['f1']);
});
