import { createStripeClient, type OnpaidConfig } from '@onpaid/engine';

/** Creates the configured plans' products and prices where their lookup keys are missing; amounts that exist are never changed. */
export async function createMissingPrices(
  config: OnpaidConfig,
  stripe: { secretKey: string; apiBase: string },
): Promise<void> {
  const client = createStripeClient(stripe);
  const keys = config.plans.flatMap((plan) => plan.prices.map((price) => price.lookupKey));
  const { data: existing } = await client.prices.list({ lookup_keys: keys, limit: 100 });
  const known = new Set(existing.map((price) => price.lookup_key));
  for (const plan of config.plans) {
    const missing = plan.prices.filter((price) => !known.has(price.lookupKey));
    if (missing.length === 0) continue;
    const product = await client.products.create(
      { name: `${config.brand.name} ${plan.name}`, description: plan.description, metadata: { onpaid_plan: plan.key } },
      { idempotencyKey: `onpaid-product-${plan.key}` },
    );
    for (const price of missing) {
      await client.prices.create(
        {
          product: product.id,
          lookup_key: price.lookupKey,
          unit_amount: price.create.amountCents,
          currency: price.create.currency,
          ...(price.interval === 'one_time' ? {} : { recurring: { interval: price.interval } }),
        },
        { idempotencyKey: `onpaid-price-${price.lookupKey}` },
      );
    }
  }
}
