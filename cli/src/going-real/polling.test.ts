import { createStripeClient, getCustomer, listEvents } from '@onpaid/engine';
import { testDatabase } from '@onpaid/engine/testing';
import { startStripeStandIn } from '@onpaid/sandbox';
import { expect, onTestFinished, test } from 'vitest';
import { openWorker } from '../commands/worker.ts';
import { loadConfig } from '../program.ts';
import { waitFor } from '../smoke/wait-for.ts';
import { createMissingPrices } from '../supervisor/catalog.ts';

const secretKey = 'sk_test_local0123456789';

test('GO6: on a laptop, with a test key, no endpoint and no signing secret, a purchase still gives access', async () => {
  const { db, url } = await testDatabase();
  const standIn = await startStripeStandIn({ port: 0, secretKey });
  onTestFinished(() => standIn.close());
  const stripe = { secretKey, apiBase: standIn.baseUrl };
  await createMissingPrices(await loadConfig(), stripe);
  const worker = await openWorker({
    STRIPE_SECRET_KEY: secretKey,
    STRIPE_API_BASE: standIn.baseUrl,
    ONPAID_URL: 'http://localhost:3000',
    ONPAID_SECRET: 'a-secret-of-the-polling-test-0123456789',
    DATABASE_URL: url,
  });
  onTestFinished(() => worker.stop());

  const customerId = await buy(createStripeClient(stripe));
  const customer = await waitFor(
    'the buyer to have access',
    async () => {
      const found = await getCustomer(db, customerId);
      return found?.access.allow === true && found;
    },
    15_000,
  );
  expect(customer).toMatchObject({ billing: 'active', plan: 'team' });
  const { items } = await listEvents(db);
  expect(items.map((event) => event.type)).toContain('invoice.paid');
});

async function buy(client: ReturnType<typeof createStripeClient>): Promise<string> {
  const [price] = (await client.prices.list({ lookup_keys: ['team_monthly'] })).data;
  const session = await client.checkout.sessions.create({
    mode: 'subscription',
    line_items: [{ price: price?.id ?? '', quantity: 1 }],
    success_url: 'http://localhost:3000/checkout/return',
    cancel_url: 'http://localhost:3000/pricing',
  });
  const body = new URLSearchParams({ action: 'pay', email: 'ada@customer.example', name: 'Ada' });
  const paid = await fetch(session.url ?? '', { method: 'POST', body, redirect: 'manual' });
  if (paid.status !== 303) throw new Error(`Paying was answered ${paid.status}: ${await paid.text()}`);
  return String((await client.checkout.sessions.retrieve(session.id)).customer);
}
