import type Stripe from 'stripe';
import { stock } from './shop.ts';

export type Goods = Awaited<ReturnType<typeof goThroughGoods>>;

/** What a shop sells, what it gives with it and how it becomes cheaper: made, changed and taken away. */
export async function goThroughGoods(stripe: Stripe) {
  const goods = await stock(stripe);
  const { product, monthly, yen } = goods;
  await stripe.products.update(product.id, { default_price: monthly.id, url: 'http://shop.test' });
  await stripe.prices.update(monthly.id, { nickname: 'Every month', metadata: { crm: 'pro' } });
  const dearer = await stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: 5900,
    recurring: { interval: 'month' },
  });
  const cheap = await stripe.products.create({ name: 'Basic', statement_descriptor: 'BASIC', unit_label: 'seat' });
  await stripe.products.update(cheap.id, { active: false });
  await stripe.prices.update(yen.id, { active: false });
  await goThroughFeatures(stripe, product.id);
  return { ...goods, dearer, ...(await goThroughCoupons(stripe)) };
}

async function goThroughFeatures(stripe: Stripe, product: string): Promise<void> {
  const kept = await stripe.entitlements.features.create({ name: 'Reports', lookup_key: 'reports' });
  await stripe.products.createFeature(product, { entitlement_feature: kept.id });
  const old = await stripe.entitlements.features.create({ name: 'Fax', lookup_key: 'fax' });
  const given = await stripe.products.createFeature(product, { entitlement_feature: old.id });
  await stripe.products.deleteFeature(product, given.id);
  await stripe.entitlements.features.update(old.id, { active: false, metadata: { why: 'nobody faxes' } });
  await stripe.entitlements.features.list({ archived: true });
}

async function goThroughCoupons(stripe: Stripe) {
  const half = await stripe.coupons.create({ name: 'Half', percent_off: 50, duration: 'once', max_redemptions: 100 });
  const repeating = await stripe.coupons.create({
    amount_off: 900,
    currency: 'usd',
    duration: 'repeating',
    duration_in_months: 2,
  });
  const free = await stripe.coupons.create({ percent_off: 100, duration: 'forever' });
  const promotion = { coupon: half.id, type: 'coupon' } as const;
  const code = await stripe.promotionCodes.create({ promotion, code: 'HALF', metadata: { source: 'ad' } });
  const stopped = await stripe.promotionCodes.create({ promotion });
  await stripe.promotionCodes.update(stopped.id, { active: false });
  await stripe.coupons.del((await stripe.coupons.create({ percent_off: 5, duration: 'forever' })).id);
  return { half, repeating, free, code };
}
