import { createStripeClient, handledTypes, pinnedApiVersion } from '@onpaid/engine';
import { anEventRow, anIssueRow, type TestDatabase, testDatabase } from '@onpaid/engine/testing';
import { startStripeStandIn } from '@onpaid/sandbox';
import type Stripe from 'stripe';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../program.ts';
import { createMissingPrices } from '../../supervisor/catalog.ts';
import { gatherPromotion } from './facts.ts';
import { judgePromotion, mayGoLive } from './judge.ts';

const secretKey = 'sk_test_promoting0123456789';
const types = [...handledTypes] as Stripe.WebhookEndpointCreateParams.EnabledEvent[];

/** One Stripe for test mode and one for live, which the same key opens here: what a stand-in holds is its mode. */
async function aStripe() {
  const standIn = await startStripeStandIn({ port: 0, secretKey });
  onTestFinished(() => standIn.close());
  const settings = { secretKey, apiBase: standIn.baseUrl };
  return { settings, client: createStripeClient(settings) };
}

/** Staging has had deliveries and was reconciled, live mode is furnished: nothing stands in the way but what a test adds. */
async function aReadyInstallation() {
  const { db } = await testDatabase();
  const [test, live] = [await aStripe(), await aStripe()];
  const config = await loadConfig();
  const now = new Date(Date.now() + 120_000);
  await anEventRow(db, { received_at: new Date() });
  await db.insertInto('walk').values({ name: 'reconcile', started_at: now, finished_at: now }).execute();
  await createMissingPrices(config, live.settings);
  const endpoint = await live.client.webhookEndpoints.create({
    url: 'https://pay.onpaid.invalid/api/stripe/webhook',
    enabled_events: types,
    api_version: pinnedApiVersion,
  });
  const ask = async () => {
    const facts = await gatherPromotion({
      db,
      config,
      environment: {
        mode: 'test',
        databaseUrl: '',
        baseUrl: 'https://staging.onpaid.invalid',
        secret: '',
        stripe: { ...test.settings, webhookSecrets: ['whsec_of_the_test_endpoint'] },
      },
      staging: test.client,
      live: { client: live.client, key: 'live', baseUrl: 'https://pay.onpaid.invalid' },
      hours: 24,
      now,
    });
    const verdicts = judgePromotion(facts);
    const inTheWay = verdicts.filter(({ result }) => result !== 'pass').map(({ id, result }) => `${id} ${result}`);
    return { inTheWay, ready: mayGoLive(verdicts), facts };
  };
  return { db, test, live, endpoint, ask };
}

const failTo = (test: { settings: { apiBase: string } }, status: number) =>
  fetch(`${test.settings.apiBase}/_control/faults`, { method: 'PUT', body: JSON.stringify({ api: { status } }) });

test('GO8: an installation that was tried and a live mode that is furnished may go live', async () => {
  const { ask } = await aReadyInstallation();
  expect(await ask()).toMatchObject({ inTheWay: [], ready: true });
});

test('GO9: an event that Stripe could not deliver and that is not here is found; one that is here is not held against us', async () => {
  const { db, test, ask } = await aReadyInstallation();
  // Nobody listens there, as behind a wrong address or a wall.
  await test.client.webhookEndpoints.create({ url: 'http://127.0.0.1:9/api/stripe/webhook', enabled_events: ['*'] });
  await test.client.customers.create({ email: 'ada@customer.example' });
  const { inTheWay, facts } = await ask();
  expect(inTheWay).toEqual(['staging.undelivered fail']);
  if (!facts.staging.undelivered.known) throw new Error(facts.staging.undelivered.why);
  const [id = ''] = facts.staging.undelivered.value;
  await anEventRow(db, { id, origin: 'repair' });
  expect((await ask()).ready).toBe(true);
});

test.each<[string, string, (db: TestDatabase['db']) => Promise<unknown>]>([
  [
    'a refused delivery',
    'staging.refused fail',
    (db) =>
      db.insertInto('webhook_refusal').values({ minute: new Date(), code: 'signature_mismatch', count: 1 }).execute(),
  ],
  ['an open issue', 'staging.issues fail', (db) => anIssueRow(db)],
  [
    'a broken invariant',
    'staging.invariants fail',
    (db) =>
      db
        .insertInto('subject')
        .values({ id: 'cus_forgotten' })
        .execute()
        .then(() => anEventRow(db, { subject_id: 'cus_forgotten', projected_at: null, outcome: null })),
  ],
])('GO9: %s in the database of staging is found', async (_what, expected, happen) => {
  const { db, ask } = await aReadyInstallation();
  await happen(db);
  expect(await ask()).toMatchObject({ inTheWay: [expected], ready: false });
});

test('GO9: a live endpoint that was disabled, and a test endpoint at the live address, are found', async () => {
  const { test, live, endpoint, ask } = await aReadyInstallation();
  await live.client.webhookEndpoints.update(endpoint.id, { disabled: true });
  await test.client.webhookEndpoints.create({ url: endpoint.url, enabled_events: ['invoice.paid'] });
  expect((await ask()).inTheWay).toEqual(['live.endpoint fail', 'test.hosts fail']);
});

test('GO9: a price that live mode lost is found', async () => {
  const { live, ask } = await aReadyInstallation();
  const [price] = (await live.client.prices.list({ lookup_keys: ['team_monthly'] })).data;
  await live.client.prices.update(price?.id ?? '', { active: false });
  expect((await ask()).inTheWay).toEqual(['live.prices fail']);
});

test('GO8: what Stripe does not answer is unknown, and unknown is not a pass', async () => {
  const { live, ask } = await aReadyInstallation();
  await failTo(live, 500);
  const { inTheWay, ready } = await ask();
  expect(inTheWay).toEqual([
    'live.account unknown',
    'live.endpoint unknown',
    'live.hosts unknown',
    'live.prices unknown',
  ]);
  expect(ready).toBe(false);
});
