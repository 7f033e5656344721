import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { createStripeClient, handledTypes, pinnedApiVersion } from '@onpaid/engine';
import { startStripeStandIn } from '@onpaid/sandbox';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../program.ts';
import { type ConnectOptions, connectStripe } from './connect.ts';
import { markOf, SECRET_MARK } from './plan.ts';

const secretKey = 'sk_test_connecting0123456789';
const webhookUrl = 'https://pay.onpaid.invalid/api/stripe/webhook';

/** A Stripe account, and somebody at a terminal who connects it. */
async function aStripeAccount() {
  const standIn = await startStripeStandIn({ port: 0, secretKey });
  onTestFinished(() => standIn.close());
  const folder = await mkdtemp(join(tmpdir(), 'onpaid-connect-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const stripe = createStripeClient({ secretKey, apiBase: standIn.baseUrl });
  const envFile = join(folder, '.env');

  const connect = async (
    options: Partial<ConnectOptions> = {},
    { key = secretKey, baseUrl = 'https://pay.onpaid.invalid', secrets = [] as string[] } = {},
  ) => {
    const lines: string[] = [];
    const isConnected = await connectStripe(
      {
        environment: { mode: 'test', baseUrl, stripe: { secretKey: key, apiBase: standIn.baseUrl } },
        config: await loadConfig(),
        secrets,
        envFile,
        say: (line) => lines.push(stripVTControlCharacters(line)),
      },
      { dryRun: false, replace: false, createPrices: false, writeEnv: false, force: false, ...options },
    );
    const said = lines.join('\n');
    return { isConnected, said, secret: /STRIPE_WEBHOOK_SECRET=(\S+)/.exec(said)?.[1] ?? '' };
  };
  const control = async (path: string, body: unknown) => {
    const response = await fetch(`${standIn.baseUrl}/_control${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(await response.text());
  };
  const endpoints = async () => (await stripe.webhookEndpoints.list({ limit: 100 })).data;
  const prices = async () => (await stripe.prices.list({ limit: 100 })).data;
  return { stripe, connect, control, endpoints, prices, envFile };
}

test('GO1: connecting makes one endpoint with the handled types and the pinned version; again, it makes none', async () => {
  const { connect, endpoints } = await aStripeAccount();
  const first = await connect();
  expect(first.isConnected).toBe(true);
  expect(first.secret).toMatch(/^whsec_\w{16,}/);
  const [endpoint, ...more] = await endpoints();
  expect(more).toEqual([]);
  expect(endpoint).toMatchObject({ url: webhookUrl, api_version: pinnedApiVersion, status: 'enabled' });
  expect(new Set(endpoint?.enabled_events)).toEqual(handledTypes);

  const second = await connect({}, { secrets: [first.secret] });
  expect(second).toMatchObject({ isConnected: true, secret: '' });
  expect(second.said).toMatch(/sends what is handled/);
  expect(second.said).not.toMatch(/not this endpoint’s|not set here/);
  expect(await endpoints()).toEqual([endpoint]);
});

test('GO1: an endpoint that was disabled and lacks a type is mended in place, and keeps its secret', async () => {
  const { stripe, connect, endpoints } = await aStripeAccount();
  const { secret } = await connect();
  const [made] = await endpoints();
  await stripe.webhookEndpoints.update(made?.id ?? '', { disabled: true, enabled_events: ['payout.paid'] });
  const { said, isConnected } = await connect({}, { secrets: [secret] });
  expect(isConnected).toBe(true);
  expect(said).toMatch(/is enabled, for it was disabled.*send also .*invoice\.paid.*no longer asked for payout\.paid/);
  expect(await endpoints()).toMatchObject([{ id: made?.id, status: 'enabled', enabled_events: made?.enabled_events }]);
});

test('GO1: an endpoint somebody made by hand is left alone, and told of', async () => {
  const { stripe, connect, endpoints } = await aStripeAccount();
  const byHand = await stripe.webhookEndpoints.create({ url: webhookUrl, enabled_events: ['*'] });
  const { said, isConnected } = await connect();
  expect(isConnected).toBe(false);
  expect(said).toContain(`${byHand.id} at ${webhookUrl} was made by hand`);
  expect(await endpoints()).toMatchObject([{ id: byHand.id, enabled_events: ['*'], metadata: {} }]);
});

test('GO2: an old version is replaced in two runs, and the old endpoint goes only when the new secret is in use', async () => {
  const { stripe, connect, endpoints } = await aStripeAccount();
  const old = await stripe.webhookEndpoints.create({
    url: webhookUrl,
    enabled_events: ['invoice.paid'],
    api_version: '2024-06-20',
    metadata: { onpaid: 'webhook' },
  });
  const oldSecret = old.secret ?? '';
  const told = await connect({}, { secrets: [oldSecret] });
  expect(told.said).toMatch(/of API version 2024-06-20, and ours is .*cannot be changed: --replace/);
  expect(await endpoints()).toHaveLength(1);

  const replaced = await connect({ replace: true }, { secrets: [oldSecret] });
  expect(replaced.secret).toMatch(new RegExp(`^whsec_\\w+,${oldSecret}$`));
  expect((await endpoints()).map((endpoint) => endpoint.api_version)).toEqual([pinnedApiVersion, '2024-06-20']);

  const early = await connect({ replace: true }, { secrets: [oldSecret] });
  expect(early.said).toMatch(/stays until the new secret is in use/);
  expect(await endpoints()).toHaveLength(2);

  const done = await connect({ replace: true }, { secrets: replaced.secret.split(',') });
  expect(done.said).toMatch(/it was removed/);
  const [left, ...more] = await endpoints();
  expect(more).toEqual([]);
  expect(left?.metadata[SECRET_MARK]).toBe(markOf(replaced.secret.split(',')[0] ?? ''));
});

test('GO3: --write-env puts the secret into .env and nowhere else, and asks before it makes what it could not keep', async () => {
  const { connect, endpoints, envFile } = await aStripeAccount();
  await writeFile(envFile, 'STRIPE_WEBHOOK_SECRET=whsec_of_something_else\n');
  const refused = await connect({ writeEnv: true });
  expect(refused).toMatchObject({ isConnected: false, secret: '' });
  expect(refused.said).toMatch(/has a STRIPE_WEBHOOK_SECRET already, and no endpoint was made: --force/);
  expect(await endpoints()).toEqual([]);

  const forced = await connect({ writeEnv: true, force: true });
  expect(forced.said).not.toContain('whsec_');
  const [, secret = ''] = /^STRIPE_WEBHOOK_SECRET=(whsec_\w+)\n$/.exec(await readFile(envFile, 'utf8')) ?? [];
  expect((await endpoints())[0]?.metadata[SECRET_MARK]).toBe(markOf(secret));
  expect((await stat(envFile)).mode & 0o777).toBe(0o600);
});

test('GO3: a .env that cannot be written costs nobody the secret', async () => {
  const { connect, envFile } = await aStripeAccount();
  await rm(join(envFile, '..'), { recursive: true });
  const { said, secret } = await connect({ writeEnv: true });
  expect(said).toMatch(/could not be written/);
  expect(secret).toMatch(/^whsec_\w{16,}/);
});

test('GO3: another endpoint’s secret is recognised as such', async () => {
  const { connect } = await aStripeAccount();
  await connect();
  expect((await connect({}, { secrets: ['whsec_of_the_other_mode'] })).said).toMatch(/is not this endpoint’s/);
  expect((await connect()).said).toMatch(/is not set here/);
});

test('GO4: a restricted key is asked by reads alone, and what it lacks is named with what it is for', async () => {
  const { connect, control, endpoints } = await aStripeAccount();
  const key = 'rk_test_narrow0123456789';
  const reads = ['accounts', 'subscriptions', 'invoices', 'charges', 'payment_intents', 'prices', 'products', 'events'];
  await control('/keys', {
    key,
    permissions: {
      ...Object.fromEntries(reads.map((name) => [name, 'read'])),
      customers: 'write',
      webhook_endpoints: 'write',
    },
  });
  const { said, isConnected } = await connect({}, { key });
  expect(isConnected).toBe(false);
  expect(said).toMatch(/A restricted key, test mode, of Onpaid sandbox \(acct_\w+\)/);
  expect(said).toMatch(/✓ Subscriptions +read +has +access is revoked/);
  expect(said).toMatch(/✗ Disputes +read +lacks .*\n.*Stripe calls it rak_dispute_read/);
  expect(said).toMatch(/! Entitlements +read +lacks/);
  expect(said).toMatch(/\? Customers +write +not asked .*\n.*whether it may write shows at the first write/);
  expect(said).toMatch(/The key lacks: .*Disputes.*Checkout sessions/);
  expect(said).not.toContain(key);
  expect(await endpoints()).toHaveLength(1);
});

test('GO4: a key that may not make the endpoint is told so in words, with Stripe’s name for it', async () => {
  const { connect, control } = await aStripeAccount();
  const key = 'rk_test_reads0123456789';
  await control('/keys', { key, permissions: { webhook_endpoints: 'read' } });
  await expect(connect({}, { key })).rejects.toThrow(
    /Creating the webhook endpoint at .* did not work: the key lacks the permission Stripe calls rak_webhook_write/,
  );
});

test('a key that Stripe refuses is told as such and not shown', async () => {
  const { connect } = await aStripeAccount();
  const refused = connect({}, { key: 'sk_test_revoked0123456789' });
  await expect(refused).rejects.toThrow(/Stripe refuses the key/);
  await expect(refused).rejects.not.toThrow(/revoked0123456789/);
});

test('GO5: prices are created only when asked for, once, and one that exists is never changed', async () => {
  const { stripe, connect, prices } = await aStripeAccount();
  const product = await stripe.products.create({ name: 'Team' });
  const own = await stripe.prices.create({
    product: product.id,
    lookup_key: 'team_monthly',
    unit_amount: 5900,
    currency: 'usd',
    recurring: { interval: 'month' },
  });
  const asked = await connect();
  expect(asked.said).toMatch(/no price starter_monthly, starter_yearly, team_yearly/);
  expect(asked.said).toMatch(/team_monthly .*amount is 5900 at Stripe and 4900 in onpaid\.config\.ts/);
  expect(await prices()).toHaveLength(1);

  await connect({ createPrices: true });
  const made = await prices();
  expect(made.map((price) => price.lookup_key).toSorted()).toEqual([
    'starter_monthly',
    'starter_yearly',
    'team_monthly',
    'team_yearly',
  ]);
  expect(made.find((price) => price.lookup_key === 'team_monthly')).toEqual(own);
  expect(made.find((price) => price.lookup_key === 'team_yearly')?.product).toBe(product.id);
  expect((await connect({ createPrices: true })).said).toMatch(/Every price of onpaid\.config\.ts is at Stripe \(4\)/);
  expect(await prices()).toEqual(made);
});

test('a dry run says all of it and changes nothing', async () => {
  const { connect, endpoints, prices } = await aStripeAccount();
  const { said } = await connect({ dryRun: true, createPrices: true });
  expect(said).toMatch(/Would make a webhook endpoint at https:\/\/pay/);
  expect(said).toMatch(/Would create prices starter_monthly/);
  expect([await endpoints(), await prices()]).toEqual([[], []]);
});

test('GO6: on this machine no endpoint is made, and polling is named in its place', async () => {
  const { connect, endpoints } = await aStripeAccount();
  const { said, isConnected } = await connect({}, { baseUrl: 'http://localhost:3000' });
  expect(isConnected).toBe(true);
  expect(said).toMatch(/no endpoint is made[\s\S]*asked for every two seconds/);
  expect(await endpoints()).toEqual([]);
});

test('an address without https gets no endpoint', async () => {
  const { connect, endpoints } = await aStripeAccount();
  const { said, isConnected } = await connect({}, { baseUrl: 'http://pay.onpaid.invalid' });
  expect([isConnected, await endpoints()]).toEqual([false, []]);
  expect(said).toMatch(/ONPAID_URL is http:/);
});

test('what Stripe mails of its own cannot be asked, and where to look is said', async () => {
  const { connect } = await aStripeAccount();
  expect((await connect()).said).toMatch(/cannot be asked[\s\S]*dashboard\.stripe\.com\/settings\/emails/);
});
