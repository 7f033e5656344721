import Stripe from 'stripe';
import type { Environment } from '../config.ts';

export const CALL_TIMEOUT_MS = 10_000;

/**
 * The official SDK, at the API version it was made for, against Stripe or whatever stands in for it.
 * `retries`: only where somebody waits and every call carries an idempotency key; elsewhere retrying is ours, paced and visible.
 */
export function createStripeClient(
  { secretKey, apiBase }: { secretKey: string } & Pick<Environment['stripe'], 'apiBase'>,
  { retries = 0 } = {},
): Stripe {
  const { hostname, port, protocol } = new URL(apiBase);
  const isPlain = protocol === 'http:';
  return new Stripe(secretKey, {
    host: hostname,
    port: port || (isPlain ? 80 : 443),
    protocol: isPlain ? 'http' : 'https',
    timeout: CALL_TIMEOUT_MS,
    maxNetworkRetries: retries,
    telemetry: false,
  });
}
