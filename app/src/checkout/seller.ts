import { type createLogger, createStripeReader, type Environment, type PriceReader } from '@onpaid/engine';
import Stripe from 'stripe';

/** What selling needs of Stripe: the prices of the moment, and a client that makes customers and sessions. */
export interface Seller extends PriceReader {
  stripe: Stripe;
}

/** Null without a key: nothing can be sold then. */
export function sellerOf({ secretKey, apiBase }: Environment['stripe'], log: Log): Seller | null {
  if (secretKey === null) return null;
  const { hostname, port, protocol } = new URL(apiBase);
  const isPlain = protocol === 'http:';
  const stripe = new Stripe(secretKey, {
    host: hostname,
    port: port || (isPlain ? 80 : 443),
    protocol: isPlain ? 'http' : 'https',
    timeout: 10_000,
    // A person is waiting; each call carries its idempotency key, so trying again makes nothing twice.
    maxNetworkRetries: 2,
    telemetry: false,
  });
  const { readPrices } = createStripeReader({ secretKey, apiBase, log });
  return { stripe, readPrices };
}

type Log = ReturnType<typeof createLogger>;
