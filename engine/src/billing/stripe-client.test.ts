import { startStripeStandIn } from '@onpaid/sandbox';
import { expect, onTestFinished, test } from 'vitest';
import { readStripeAccount } from './stripe-client.ts';

const secretKey = 'sk_test_account0123456789';

async function aStripe(): Promise<string> {
  const stripe = await startStripeStandIn({ port: 0, secretKey });
  onTestFinished(() => stripe.close());
  return stripe.baseUrl;
}

test('SE1: a key tells whose it is', async () => {
  const apiBase = await aStripe();
  expect(await readStripeAccount({ secretKey, apiBase, webhookSecrets: [] })).toMatch(/^acct_/);
});

test('a key that Stripe refuses is told, and not shown', async () => {
  const apiBase = await aStripe();
  const refused = readStripeAccount({ secretKey: 'sk_test_revoked123456', apiBase, webhookSecrets: [] });
  await expect(refused).rejects.toThrow(/refuses STRIPE_SECRET_KEY/);
  await expect(refused).rejects.not.toThrow(/revoked123456/);
});

test('without a key there is no account to tell', async () => {
  expect(await readStripeAccount({ secretKey: null, apiBase: 'http://127.0.0.1:9', webhookSecrets: [] })).toBeNull();
});
