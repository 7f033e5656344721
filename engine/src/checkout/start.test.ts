import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStripeStandIn } from '@onpaid/sandbox';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { defineConfig } from '../config.ts';
import { createLogger } from '../observe/log.ts';
import { aCustomerRow, type TestDatabase, testDatabase } from '../testing/index.ts';
import { hurryIntent } from './intent-store.ts';
import { sellerOf } from './seller.ts';
import { type CheckoutContext, startCheckout } from './start.ts';

const secretKey = 'sk_test_checkout0123456789';
const config = defineConfig({
  brand: {
    name: 'Tern',
    tagline: 'Tides, on time.',
    description: 'Tide tables.',
    supportEmail: 'help@tern.example',
    accent: { light: '#00f', dark: '#99f' },
  },
  plans: [
    {
      key: 'solo',
      name: 'Solo',
      description: '',
      prices: [
        { lookupKey: 'solo_monthly', interval: 'month', create: { amountCents: 900, currency: 'eur' } },
        { lookupKey: 'solo_retired', interval: 'year', create: { amountCents: 9000, currency: 'eur' } },
      ],
    },
  ],
});

let folder: string;
let standIn: Awaited<ReturnType<typeof startStripeStandIn>>;
let database: TestDatabase;
let context: CheckoutContext;
let now: Date;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onpaid-checkout-'));
  standIn = await startStripeStandIn({ port: 0, dataDir: folder, secretKey });
  database = await testDatabase();
  const seller = sellerOf(
    { secretKey, webhookSecrets: [], apiBase: standIn.baseUrl },
    createLogger('test', { level: 'silent' }),
  );
  context = { db: database.db, seller: seller!, config, baseUrl: 'http://localhost:4000', now: () => now };
  const product = await stripe().products.create({ name: 'Solo' });
  await stripe().prices.create({
    product: product.id,
    lookup_key: 'solo_monthly',
    unit_amount: 900,
    currency: 'eur',
    recurring: { interval: 'month' },
  });
});
afterAll(async () => {
  await standIn.close();
  await database.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  now = new Date();
  await database.pool.query('truncate onpaid.checkout_intent, onpaid.customer, onpaid.subject cascade');
});

const stripe = () => context.seller.stripe;
const start = (email: string, lookupKey = 'solo_monthly') => startCheckout(context, { email, lookupKey });

async function sessionsOf(email: string) {
  const { data: customers } = await stripe().customers.list({ email });
  const { data: sessions } = await stripe().checkout.sessions.list();
  return { customers, sessions: sessions.filter((session) => customers.some(({ id }) => id === session.customer)) };
}

test('the customer is made first, and the intent travels with the session and what it will make', async () => {
  const started = await start('ada@example.com');
  const { customers, sessions } = await sessionsOf('ada@example.com');
  expect(customers).toHaveLength(1);
  expect(started).toMatchObject({ kind: 'pay', url: sessions[0]?.url, intentId: sessions[0]?.client_reference_id });
  expect(sessions[0]).toMatchObject({
    mode: 'subscription',
    customer: customers[0]?.id,
    success_url: 'http://localhost:4000/checkout/return',
    cancel_url: 'http://localhost:4000/checkout/canceled',
    metadata: { onpaid_intent: sessions[0]?.client_reference_id },
  });
});

test('AC15: five tabs at once make one customer and one session', async () => {
  const started = await Promise.all(Array.from({ length: 5 }, () => start('tabs@example.com')));
  expect(new Set(started.map((each) => each.kind === 'pay' && each.url)).size).toBe(1);
  const { customers, sessions } = await sessionsOf('tabs@example.com');
  expect([customers.length, sessions.length]).toEqual([1, 1]);
});

test('coming back later opens the same session, until it is about to expire', async () => {
  const first = await start('later@example.com');
  now = new Date(now.getTime() + 3_600_000);
  expect(await start('later@example.com')).toEqual(first);
  now = new Date(now.getTime() + 23 * 3_600_000);
  expect(await start('later@example.com')).not.toEqual(first);
});

test('only what is configured, and what Stripe has, can be bought', async () => {
  expect(await start('ada@example.com', 'somebody_elses_price')).toEqual({ kind: 'not_for_sale' });
  expect(await start('ada@example.com', 'solo_retired')).toEqual({ kind: 'not_for_sale' });
});

test.each(['active', 'trialing', 'past_due', 'canceling', 'paused', 'processing'])(
  'AC15: who is %s is not offered a second subscription',
  async (billing) => {
    await aCustomerRow(database.db, { email: 'has@example.com', billing });
    expect(await start('has@example.com')).toEqual({ kind: 'already_subscribed' });
  },
);

test('who canceled may buy again', async () => {
  await aCustomerRow(database.db, { email: 'back@example.com', billing: 'canceled', access_allowed: false });
  expect(await start('back@example.com')).toMatchObject({ kind: 'pay' });
});

test('a buyer who is back before the webhook has Stripe asked, once in ten seconds', async () => {
  const started = await start('soon@example.com');
  const intentId = started.kind === 'pay' ? started.intentId : '';
  expect(await hurryIntent(context.db, intentId, now)).toBe(true);
  const { rows } = await database.pool.query('select id, verify_at from onpaid.subject');
  const { customers } = await sessionsOf('soon@example.com');
  expect(rows).toEqual([{ id: customers[0]?.id, verify_at: now }]);
  await database.pool.query('update onpaid.subject set verified_at = $1', [now]);
  expect(await hurryIntent(context.db, intentId, new Date(now.getTime() + 9_000))).toBe(false);
  expect(await hurryIntent(context.db, intentId, new Date(now.getTime() + 11_000))).toBe(true);
});
