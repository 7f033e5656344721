import 'server-only';
import type { Environment } from '@onpaid/engine';
import Stripe from 'stripe';

/** The official client, for what a buyer starts. Null without a key: nothing can be sold then. */
export function createStripeClient({ secretKey, apiBase }: Environment['stripe']): Stripe | null {
  if (secretKey === null) return null;
  const { hostname, port, protocol } = new URL(apiBase);
  return new Stripe(secretKey, {
    host: hostname,
    port: port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port),
    protocol: protocol === 'http:' ? 'http' : 'https',
    timeout: 10_000,
    maxNetworkRetries: 2,
    telemetry: false,
  });
}
