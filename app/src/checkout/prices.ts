import type Stripe from 'stripe';

export interface PlanPrice {
  lookupKey: string;
  amountCents: number;
  currency: string;
  interval: string | null;
}

export type Prices = ReadonlyMap<string, PlanPrice>;

const FRESH_MS = 60_000;
const KEYS_PER_READ = 10;

/**
 * The amounts Stripe will charge, by lookup key. Kept for a minute; when Stripe cannot be read the caller is told, and
 * shows no price rather than an old or a typed-in one.
 */
export function createPriceReader(stripe: Stripe, lookupKeys: readonly string[], now: () => number = Date.now) {
  let kept: { at: number; prices: Promise<Prices> } | null = null;
  return (): Promise<Prices> => {
    if (kept !== null && now() - kept.at < FRESH_MS) return kept.prices;
    const reading = { at: now(), prices: readPrices(stripe, lookupKeys) };
    kept = reading;
    // A failure is not kept: the next visitor asks again.
    reading.prices.catch(() => {
      if (kept === reading) kept = null;
    });
    return reading.prices;
  };
}

async function readPrices(stripe: Stripe, lookupKeys: readonly string[]): Promise<Prices> {
  const prices = new Map<string, PlanPrice>();
  for (let from = 0; from < lookupKeys.length; from += KEYS_PER_READ) {
    const keys = lookupKeys.slice(from, from + KEYS_PER_READ);
    const { data } = await stripe.prices.list({ lookup_keys: keys, active: true, limit: 100 });
    for (const { lookup_key, unit_amount, currency, recurring } of data) {
      // A price without one amount (tiers, fractions of a cent) cannot be shown as one, so it is not sold here.
      if (lookup_key === null || unit_amount === null) continue;
      const interval = recurring?.interval ?? null;
      prices.set(lookup_key, { lookupKey: lookup_key, amountCents: unit_amount, currency, interval });
    }
  }
  return prices;
}
