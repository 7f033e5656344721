import type { OnpaidConfig, Plan } from '@onpaid/engine';
import type Stripe from 'stripe';
import { ask } from './ask.ts';

type PlanPrice = Plan['prices'][number];

/** A price as far as we compare it. */
export type ExistingPrice = Pick<Stripe.Price, 'id' | 'lookup_key' | 'active' | 'currency' | 'unit_amount'> & {
  recurring: Pick<Stripe.Price.Recurring, 'interval' | 'interval_count'> | null;
  product: string | { id: string };
};

export interface PricePlan {
  absent: { plan: Plan; price: PlanPrice }[];
  /** There, and not as the config would make it: Stripe's counts, and is never changed. */
  differing: { lookupKey: string; id: string; differences: string[] }[];
  existing: string[];
}

/** Compares the config's prices with those that hold their lookup keys at Stripe. */
export function planPrices(config: OnpaidConfig, prices: readonly ExistingPrice[]): PricePlan {
  const known = new Map(prices.map((price) => [price.lookup_key, price]));
  const result: PricePlan = { absent: [], differing: [], existing: [] };
  for (const plan of config.plans) {
    for (const price of plan.prices) {
      const there = known.get(price.lookupKey);
      if (there === undefined) {
        result.absent.push({ plan, price });
        continue;
      }
      result.existing.push(price.lookupKey);
      const differences = compare(price, there);
      if (differences.length > 0) result.differing.push({ lookupKey: price.lookupKey, id: there.id, differences });
    }
  }
  return result;
}

function compare({ interval, create }: PlanPrice, there: ExistingPrice): string[] {
  const pairs: [string, unknown, unknown][] = [
    ['amount', create.amountCents, there.unit_amount],
    ['currency', create.currency.toLowerCase(), there.currency],
    ['interval', interval, intervalOf(there)],
  ];
  const differences = pairs
    .filter(([, ours, theirs]) => ours !== theirs)
    .map(([name, ours, theirs]) => `${name} is ${String(theirs)} at Stripe and ${String(ours)} in onpaid.config.ts`);
  return there.active ? differences : [...differences, 'it is archived, so nobody can buy it'];
}

function intervalOf({ recurring }: ExistingPrice): string {
  if (recurring === null) return 'one_time';
  return recurring.interval_count === 1 ? recurring.interval : `${recurring.interval_count} ${recurring.interval}s`;
}

/** Stripe takes ten lookup keys a call. */
const KEYS_A_CALL = 10;

export async function readPrices(stripe: Stripe, config: OnpaidConfig): Promise<Stripe.Price[]> {
  const keys = config.plans.flatMap((plan) => plan.prices.map((price) => price.lookupKey));
  const prices: Stripe.Price[] = [];
  for (let start = 0; start < keys.length; start += KEYS_A_CALL) {
    const lookup_keys = keys.slice(start, start + KEYS_A_CALL);
    prices.push(...(await stripe.prices.list({ lookup_keys, limit: 100 })).data);
  }
  return prices;
}

/** Creates the absent prices, and the product of a plan that has none yet. Run twice, even at once, it makes each once. */
export async function createPrices(
  stripe: Stripe,
  config: OnpaidConfig,
  { absent }: PricePlan,
  prices: readonly ExistingPrice[],
): Promise<void> {
  for (const [plan, missing] of Map.groupBy(absent, ({ plan: one }) => one)) {
    const product = await ask(`Creating the product of plan ${plan.key}`, () =>
      productOf(stripe, config, plan, prices),
    );
    for (const { price } of missing) {
      const { lookupKey, interval, create } = price;
      await ask(`Creating price ${lookupKey}`, () =>
        stripe.prices.create(
          {
            product,
            lookup_key: lookupKey,
            unit_amount: create.amountCents,
            currency: create.currency,
            ...(interval === 'one_time' ? {} : { recurring: { interval } }),
          },
          { idempotencyKey: `onpaid-price-${lookupKey}` },
        ),
      );
    }
  }
}

/** The product that the plan's other prices are of, or that was made for it before, or a new one. */
async function productOf(
  stripe: Stripe,
  config: OnpaidConfig,
  plan: Plan,
  prices: readonly ExistingPrice[],
): Promise<string> {
  const sibling = prices.find((price) => plan.prices.some(({ lookupKey }) => lookupKey === price.lookup_key));
  if (sibling) return typeof sibling.product === 'string' ? sibling.product : sibling.product.id;
  for await (const product of stripe.products.list({ active: true, limit: 100 })) {
    if (product.metadata.onpaid_plan === plan.key) return product.id;
  }
  const { id } = await stripe.products.create(
    { name: `${config.brand.name} ${plan.name}`, description: plan.description, metadata: { onpaid_plan: plan.key } },
    { idempotencyKey: `onpaid-product-${plan.key}` },
  );
  return id;
}
