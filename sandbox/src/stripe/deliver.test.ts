import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Stripe from 'stripe';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { retryDelayMs } from './deliver.ts';
import { startStripeStandIn } from './server.ts';
import { buy, clientOf, openShop, receive, secretKey, stock, webhookSecret } from './testing/shop.ts';

const waiting = { timeout: 10_000, interval: 10 };

async function temporaryFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'stripe-stand-in-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe('deliveries', () => {
  it('are signed so that the SDK accepts them, and say who sends them', async () => {
    const { stripe } = await openShop();
    const endpoint = await receive();
    const { secret } = await stripe.webhookEndpoints.create({
      url: endpoint.url,
      enabled_events: ['customer.created'],
    });
    await stripe.products.create({ name: 'Not wanted' });
    const customer = await stripe.customers.create({ email: 'ada@example.com' });
    await vi.waitFor(() => expect(endpoint.received).toHaveLength(1), waiting);

    const [{ body, headers }] = endpoint.received as [(typeof endpoint.received)[0]];
    const event = stripe.webhooks.constructEvent(body, String(headers['stripe-signature']), secret!);
    expect(event).toMatchObject({
      type: 'customer.created',
      data: { object: { id: customer.id } },
      pending_webhooks: 1,
    });
    expect(headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8' });
    expect(headers['user-agent']).toMatch(/^Stripe\/1\.0/);
    expect(() => stripe.webhooks.constructEvent(`${body} `, String(headers['stripe-signature']), secret!)).toThrow(
      Stripe.errors.StripeSignatureVerificationError,
    );
    await vi.waitFor(async () => expect((await stripe.events.retrieve(event.id)).pending_webhooks).toBe(0), waiting);
  });

  it('carry one signature for each active secret while a secret is rolled', async () => {
    const { stripe, control } = await openShop();
    const endpoint = await receive();
    await control('POST', '/endpoints', { url: endpoint.url, secret: webhookSecret });
    await control('POST', '/endpoints', { url: endpoint.url, secret: 'whsec_thenewsecretthenewsecret' });
    await stripe.customers.create();
    await vi.waitFor(() => expect(endpoint.received).toHaveLength(1), waiting);
    const { body, headers } = endpoint.received[0]!;
    for (const secret of [webhookSecret, 'whsec_thenewsecretthenewsecret']) {
      expect(() => stripe.webhooks.constructEvent(body, String(headers['stripe-signature']), secret)).not.toThrow();
    }
  });

  it('are tried again until the answer is 2xx; a redirect is none; each try is kept', async () => {
    const { stripe, control } = await openShop();
    const endpoint = await receive((count) => [500, 302][count - 1] ?? 200);
    await control('POST', '/endpoints', { url: endpoint.url, secret: webhookSecret });
    await stripe.customers.create();
    const undelivered = await stripe.events.list({ delivery_success: false });
    expect(undelivered.data).toHaveLength(1);

    await vi.waitFor(async () => {
      const { body } = await control('GET', '/deliveries');
      expect(body.deliveries).toMatchObject([{ status: 'delivered', type: 'customer.created', url: endpoint.url }]);
      const attempts = body.deliveries[0].attempts;
      expect(attempts.map((attempt) => attempt.status)).toEqual([500, 302, 200]);
      expect(attempts[0]?.body).toBe('answered 500');
    }, waiting);
    expect((await stripe.events.list({ delivery_success: false })).data).toEqual([]);
  });

  it('wait half a second, then twice as long each time, up to half a minute', () => {
    expect([1, 2, 3, 7, 60].map(retryDelayMs)).toEqual([500, 1000, 2000, 30_000, 30_000]);
  });

  it('come as often, as shuffled and as incomplete as the faults say', async () => {
    const { stripe, control } = await openShop();
    const { monthly } = await stock(stripe);
    const endpoint = await receive();
    await control('POST', '/endpoints', { url: endpoint.url, secret: webhookSecret });
    await control('PUT', '/faults', { deliver: { times: 3, shuffle: true, drop: ['invoice.paid'] } });
    await buy(stripe, monthly.id);
    // 15 events, one of which is dropped.
    await vi.waitFor(() => expect(endpoint.received).toHaveLength(14 * 3), waiting);

    const copies = Map.groupBy(endpoint.received, ({ id }) => id);
    expect([...copies.values()].map((list) => list.length)).toEqual(Array(14).fill(3));
    const order = [...copies.values()].map(([first]) => first?.type);
    expect(order).not.toContain('invoice.paid');

    const [missed] = (await stripe.events.list({ delivery_success: false })).data;
    expect(missed?.type).toBe('invoice.paid');
    await control('POST', `/events/${missed?.id}/redeliver`);
    await vi.waitFor(() => expect(endpoint.received.at(-1)?.type).toBe('invoice.paid'), waiting);
  });

  it('come later when told to', async () => {
    const { stripe, control } = await openShop();
    await control('POST', '/endpoints', { url: 'http://127.0.0.1:9/', secret: webhookSecret });
    await control('PUT', '/faults', { deliver: { delayMs: 60_000 } });
    await stripe.customers.create();
    const { body } = await control('GET', '/deliveries');
    const [delivery] = body.deliveries;
    expect(Date.parse(delivery.dueAt) - Date.parse(delivery.created)).toBeGreaterThan(59_000);
    expect(delivery.attempts).toEqual([]);
  });

  it('wait while they are held, and go out when let go', async () => {
    const { stripe, control } = await openShop();
    const endpoint = await receive();
    await control('POST', '/endpoints', { url: endpoint.url, secret: webhookSecret });
    await control('PUT', '/faults', { deliver: { hold: true } });
    await stripe.customers.create();
    const { body } = await control('GET', '/deliveries');
    expect(body.deliveries).toMatchObject([{ status: 'pending', attempts: [] }]);
    expect(endpoint.received).toEqual([]);
    await control('DELETE', '/faults');
    await vi.waitFor(() => expect(endpoint.received).toHaveLength(1), waiting);
  });
});

describe('a restart', () => {
  it('keeps customers, events, saved answers and what is still to be delivered', async () => {
    const dataDir = await temporaryFolder();
    const endpoint = await receive();
    const first = await startStripeStandIn({ port: 0, secretKey, dataDir });
    const before = clientOf(first);
    await fetch(`${first.baseUrl}/_control/endpoints`, {
      method: 'POST',
      // Nobody listens there: the receiver is not up yet.
      body: JSON.stringify({ url: 'http://127.0.0.1:9/webhook', secret: webhookSecret }),
    });
    const customer = await before.customers.create({ email: 'ada@example.com' }, { idempotencyKey: 'one' });
    await first.close();
    expect(await readFile(join(dataDir, 'stripe.json'), 'utf8')).toContain(`["customers","${customer.id}",`);

    const { stripe, control } = await openShop({ dataDir });
    expect((await stripe.customers.list()).data.map((row) => row.id)).toEqual([customer.id]);
    const again = await stripe.customers.create({ email: 'ada@example.com' }, { idempotencyKey: 'one' });
    expect(again.id).toBe(customer.id);
    await control('POST', '/endpoints', { url: endpoint.url, secret: webhookSecret });
    await vi.waitFor(() => expect(endpoint.received.map(({ type }) => type)).toEqual(['customer.created']), waiting);
    expect((await stripe.webhookEndpoints.list()).data.map(({ url }) => url)).toEqual([endpoint.url]);
  });

  it('moves open checkout pages to the new address', async () => {
    const dataDir = await temporaryFolder();
    const first = await startStripeStandIn({ port: 0, secretKey, dataDir });
    const stripe = clientOf(first);
    const { monthly } = await stock(stripe);
    const line = {
      mode: 'subscription',
      line_items: [{ price: monthly.id }],
      success_url: 'http://shop.test',
    } as const;
    const session = await stripe.checkout.sessions.create({ ...line, line_items: [...line.line_items] });
    await first.close();

    const second = await openShop({ dataDir });
    const kept = await second.stripe.checkout.sessions.retrieve(session.id);
    expect(kept.url).toBe(`${second.standIn.baseUrl}/c/pay/${session.id}`);
    expect((await fetch(kept.url!)).status).toBe(200);
  });
});

describe('the controls', () => {
  it('refuse what they do not understand, and say why', async () => {
    const { control } = await openShop();
    const wrong = await control('PUT', '/faults', { deliver: { times: 0, sometimes: true } });
    expect(wrong.status).toBe(400);
    expect(wrong.body.error).toMatch(/times[\s\S]*sometimes|sometimes[\s\S]*times/);
    expect(await control('POST', '/endpoints', { url: 'ftp://x', secret: 'none' })).toMatchObject({ status: 400 });
    expect(await control('POST', '/subscriptions/sub_none/renew', { outcome: 'paid' })).toMatchObject({ status: 404 });
    expect(await control('GET', '/nothing')).toMatchObject({ status: 404 });
  });

  it('show what there is, and empty it', async () => {
    const { stripe, control } = await openShop();
    const { product } = await stock(stripe);
    const shown = await control('GET', '/state');
    expect(shown.body).toMatchObject({ counts: { prices: 3, events: 4 }, ids: { products: [product.id] } });
    await control('POST', '/reset');
    expect((await control('GET', '/state')).body.counts).toMatchObject({ prices: 0, events: 0, deliveries: 0 });
  });
});

describe('starting', () => {
  it('refuses a real key, and says which port is taken', async () => {
    await expect(startStripeStandIn({ port: 0, secretKey: 'sk_live_1' })).rejects.toThrow(/sk_test_/);
    const { standIn } = await openShop();
    await expect(startStripeStandIn({ port: standIn.port, secretKey })).rejects.toThrow(`127.0.0.1:${standIn.port}`);
  });
});
