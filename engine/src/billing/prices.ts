import type { StripeCalls } from './stripe-calls.ts';
import { CALL_TIMEOUT_MS } from './stripe-client.ts';

/** A price as Stripe has it now: the only place amounts on pages come from. */
export interface PriceOnOffer {
  lookupKey: string;
  priceId: string;
  amountCents: number;
  currency: string;
  interval: string | null;
  intervalCount: number | null;
  productName: string | null;
}

export interface PriceReader {
  /** By lookup key; a key Stripe does not have is absent. Throws rather than tell an old price. */
  readPrices(lookupKeys: readonly string[]): Promise<ReadonlyMap<string, PriceOnOffer>>;
}

const PRICES_FRESH_MS = 60_000;
/** Stripe's limit for one list by lookup keys. */
const KEYS_A_CALL = 10;

export function createPriceReader(calls: StripeCalls, now: () => Date = () => new Date()): PriceReader {
  const prices = new Map<string, { readAt: number; price: PriceOnOffer | null }>();

  return {
    async readPrices(lookupKeys) {
      const fresh = now().getTime() - PRICES_FRESH_MS;
      const stale = [...new Set(lookupKeys)].filter((key) => (prices.get(key)?.readAt ?? 0) < fresh);
      for (let i = 0; i < stale.length; i += KEYS_A_CALL) await refreshPrices(stale.slice(i, i + KEYS_A_CALL));
      const known = lookupKeys.flatMap((key) => prices.get(key)?.price ?? []);
      return new Map(known.map((price) => [price.lookupKey, price]));
    },
  };

  async function refreshPrices(lookupKeys: string[]): Promise<void> {
    const list = await calls.call('prices', AbortSignal.timeout(CALL_TIMEOUT_MS), (stripe) =>
      stripe.prices.list({ lookup_keys: lookupKeys, active: true, limit: 100, expand: ['data.product'] }),
    );
    const readAt = now().getTime();
    for (const key of lookupKeys) prices.set(key, { readAt, price: null });
    for (const { id, lookup_key: lookupKey, unit_amount: amountCents, currency, recurring, product } of list.data) {
      if (lookupKey === null || amountCents === null) continue;
      const productName = typeof product === 'object' && !product.deleted ? product.name : null;
      const { interval = null, interval_count: intervalCount = null } = recurring ?? {};
      const price = { lookupKey, priceId: id, amountCents, currency, interval, intervalCount, productName };
      prices.set(lookupKey, { readAt, price });
    }
  }
}
