import type { Logger } from 'pino';
import type Stripe from 'stripe';
import { createPriceReader, type PriceReader } from '../billing/prices.ts';
import { createStripeCalls } from '../billing/stripe-calls.ts';
import { createStripeClient } from '../billing/stripe-client.ts';
import type { Environment } from '../config.ts';

/** What selling needs of Stripe: the prices of the moment, and a client that makes customers and sessions. */
export interface Seller extends PriceReader {
  stripe: Stripe;
}

/** Null without a key: nothing can be sold then. A person is waiting, so what failed on the way is tried again at once. */
export function sellerOf({ secretKey, apiBase }: Environment['stripe'], log: Logger): Seller | null {
  if (secretKey === null) return null;
  const stripe = createStripeClient({ secretKey, apiBase }, { retries: 2 });
  const { readPrices } = createPriceReader(createStripeCalls({ secretKey, apiBase, log }));
  return { stripe, readPrices };
}
