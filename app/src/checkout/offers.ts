import type { OnpaidConfig, Plan, PriceOnOffer } from '@onpaid/engine';

/** What Stripe charges at this moment, by lookup key. */
export type Prices = ReadonlyMap<string, PriceOnOffer>;

export type BillingInterval = 'month' | 'year' | 'one_time';

export interface Offer {
  plan: Plan;
  lookupKey: string;
  /** Null when Stripe has no active price for it: then it is not for sale. */
  price: PriceOnOffer | null;
}

/** What is for sale at one interval, in the order of the config; a plan without that interval is offered at its first one. */
export function offersAt(config: OnpaidConfig, interval: BillingInterval, prices: Prices): Offer[] {
  return config.plans.flatMap((plan) => {
    const chosen = plan.prices.find((price) => price.interval === interval) ?? plan.prices[0];
    if (!chosen) return [];
    return [{ plan, lookupKey: chosen.lookupKey, price: prices.get(chosen.lookupKey) ?? null }];
  });
}

/** The plan a lookup key belongs to; null for a key that was never offered. */
export function findOffer(config: OnpaidConfig, lookupKey: string, prices: Prices): Offer | null {
  const plan = config.plans.find((candidate) => candidate.prices.some((price) => price.lookupKey === lookupKey));
  return plan ? { plan, lookupKey, price: prices.get(lookupKey) ?? null } : null;
}

/** The intervals worth a choice, in the order of the config. */
export function intervalsOf(config: OnpaidConfig): BillingInterval[] {
  return [...new Set(config.plans.flatMap((plan) => plan.prices.map((price) => price.interval)))];
}
