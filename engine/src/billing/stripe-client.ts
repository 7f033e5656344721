import Stripe from 'stripe';
import type { Environment } from '../config.ts';

export const CALL_TIMEOUT_MS = 10_000;

/** What we ask in, and what a webhook endpoint of ours renders its events in. */
export const pinnedApiVersion = Stripe.API_VERSION;

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

/** Whose key this is. Null when there is none, or when a restricted key may not ask; a key Stripe refuses throws. */
export async function readStripeAccount({ secretKey, apiBase }: Environment['stripe']): Promise<string | null> {
  if (secretKey === null) return null;
  try {
    return (await createStripeClient({ secretKey, apiBase }).accounts.retrieveCurrent()).id;
  } catch (error) {
    if (error instanceof Stripe.errors.StripePermissionError) return null;
    if (error instanceof Stripe.errors.StripeAuthenticationError) {
      throw new Error(
        'Stripe refuses STRIPE_SECRET_KEY: it is revoked, expired or mistyped. Copy it anew from the Stripe dashboard, Developers, API keys.',
      );
    }
    throw new Error('Stripe could not be asked whose key STRIPE_SECRET_KEY is. Check the network, then start again.', {
      cause: error,
    });
  }
}
