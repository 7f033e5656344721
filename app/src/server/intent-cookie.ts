import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Binds the return page to the browser that started the purchase. The intent's id alone is no key: Stripe and the CRM know
 * it too. So the cookie carries it with our signature, and only the cookie opens the page.
 */
export const intentCookie = { name: 'onpaid_checkout', path: '/checkout', maxAgeSeconds: 14 * 24 * 3600 };

export function sealIntent(intentId: string, secret: string): string {
  return `${intentId}.${signature(intentId, secret)}`;
}

/** The intent's id; null for what we did not sign. */
export function openIntent(sealed: string | undefined, secret: string): string | null {
  const [intentId = '', given = ''] = sealed?.split('.') ?? [];
  const expected = Buffer.from(signature(intentId, secret));
  const actual = Buffer.from(given);
  return actual.length === expected.length && timingSafeEqual(actual, expected) ? intentId : null;
}

function signature(intentId: string, secret: string): string {
  return createHmac('sha256', secret).update(`checkout-intent:${intentId}`).digest('base64url');
}
