import type Stripe from 'stripe';
import { describe, expect, it, vi } from 'vitest';
import { buy, openShop, receive, stock, webhookSecret } from './testing/shop.ts';

const waiting = { timeout: 10_000, interval: 10 };

async function openWithEndpoint(...answers: Parameters<typeof receive>) {
  const shop = await openShop();
  const endpoint = await receive(...answers);
  await shop.control('POST', '/endpoints', { url: endpoint.url, secret: webhookSecret });
  const [{ id }] = (await shop.stripe.webhookEndpoints.list()).data as [Stripe.WebhookEndpoint];
  return { ...shop, endpoint, endpointId: id };
}

describe('a lost event', () => {
  it('stays undelivered in the list until a hand resends it', async () => {
    const { stripe, control, endpoint } = await openWithEndpoint();
    await control('PUT', '/faults', { deliver: { dropEvery: 3 } });
    const made: string[] = [];
    for (let n = 0; n < 7; n += 1) made.push((await stripe.customers.create({ name: `${n}` })).id);
    await vi.waitFor(() => expect(endpoint.received).toHaveLength(5), waiting);

    const missed = async () =>
      (await stripe.events.list({ delivery_success: false })).data.map((event) => ({
        id: event.id,
        customer: (event.data.object as Stripe.Customer).id,
        pending: event.pending_webhooks,
      }));
    const before = await missed();
    expect(before.map(({ customer, pending }) => [customer, pending])).toEqual([
      [made[5], 1],
      [made[2], 1],
    ]);
    for (const { id } of before) await control('POST', `/events/${id}/redeliver`);
    await vi.waitFor(async () => expect(await missed()).toEqual([]), waiting);
    expect(endpoint.received).toHaveLength(7);
  });
});

describe('an outage', () => {
  it('keeps everything back until it is over', async () => {
    const { stripe, control, endpoint } = await openWithEndpoint();
    const untilMs = Date.now() + 400;
    await control('PUT', '/faults', { deliver: { outage: { untilMs } } });
    await stripe.customers.create();
    await vi.waitFor(() => expect(endpoint.received).toHaveLength(1), waiting);
    expect(Date.now()).toBeGreaterThanOrEqual(untilMs);
  });

  it('ends early when it is taken back', async () => {
    const { stripe, control, endpoint } = await openWithEndpoint();
    await control('PUT', '/faults', { deliver: { outage: { untilMs: Date.now() + 500_000 } } });
    await stripe.customers.create();
    await control('DELETE', '/faults');
    await vi.waitFor(() => expect(endpoint.received).toHaveLength(1), waiting);
  });
});

describe('an endpoint', () => {
  it('that answers too late gets the event again', async () => {
    const late = Promise.withResolvers<number>();
    const { stripe, control, endpoint } = await openWithEndpoint((count) => (count === 1 ? late.promise : 200));
    await control('PUT', '/faults', { deliver: { answerTimeoutMs: 50 } });
    await stripe.customers.create();
    await vi.waitFor(async () => {
      const [delivery] = (await control('GET', '/deliveries')).body.deliveries;
      expect(delivery).toMatchObject({ status: 'delivered', attempts: [{ status: null }, { status: 200 }] });
      expect(delivery.attempts[0]?.error).toMatch(/timeout/i);
    }, waiting);
    late.resolve(200);
    expect(new Set(endpoint.received.map(({ id }) => id)).size).toBe(1);
  });

  it('that keeps refusing is disabled, and what it missed stays undelivered', async () => {
    const { stripe, control, endpoint, endpointId } = await openWithEndpoint(() => 400);
    await control('PUT', '/faults', { deliver: { disableAfter: 3 } });
    for (let n = 0; n < 3; n += 1) await stripe.customers.create();
    await vi.waitFor(async () => {
      expect((await stripe.webhookEndpoints.retrieve(endpointId)).status).toBe('disabled');
    }, waiting);
    expect(endpoint.received).toHaveLength(3);
    await stripe.customers.create();
    expect((await stripe.events.list({ delivery_success: false })).data).toHaveLength(3);
    await stripe.webhookEndpoints.update(endpointId, { disabled: false });
    expect((await stripe.webhookEndpoints.retrieve(endpointId)).status).toBe('enabled');
  });

  it('created for an older version gets its events in that version', async () => {
    const { stripe } = await openShop();
    const { monthly } = await stock(stripe);
    const endpoint = await receive();
    await stripe.webhookEndpoints.create({
      url: endpoint.url,
      api_version: '2024-06-20',
      enabled_events: ['customer.subscription.created', 'invoice.paid'],
    });
    const { subscription } = await buy(stripe, monthly.id);
    await vi.waitFor(() => expect(endpoint.received).toHaveLength(2), waiting);
    const events = endpoint.received.map(({ body }) => JSON.parse(body));
    expect(events.map((event) => event.api_version)).toEqual(['2024-06-20', '2024-06-20']);
    const invoice = events.find(({ type }) => type === 'invoice.paid').data.object;
    expect(invoice).toMatchObject({ paid: true, subscription });
    expect(invoice).not.toHaveProperty('parent');
  });

  it('is not created for an event type Stripe does not know', async () => {
    const { stripe, control } = await openShop();
    const url = 'http://127.0.0.1:9/';
    const wrong = stripe.webhookEndpoints.create({ url, enabled_events: ['invoice.payed' as 'invoice.paid'] });
    await expect(wrong).rejects.toMatchObject({ type: 'StripeInvalidRequestError', param: 'enabled_events[0]' });
    const byHand = await control('POST', '/endpoints', {
      url,
      secret: webhookSecret,
      enabledEvents: ['invoice.payed'],
    });
    expect(byHand.status).toBe(400);
  });
});

describe('events of one second', () => {
  it('all carry the second of the first while the faults say so', async () => {
    let now = new Date('2026-11-22T12:00:00Z');
    const { stripe, control } = await openShop({ now: () => now });
    await control('PUT', '/faults', { deliver: { equalSeconds: true } });
    for (let n = 0; n < 3; n += 1) {
      await stripe.customers.create();
      now = new Date(now.getTime() + 5000);
    }
    await control('DELETE', '/faults');
    await stripe.customers.create();
    const { data } = await stripe.events.list();
    const first = Date.parse('2026-11-22T12:00:00Z') / 1000;
    expect(data.map((event) => event.created - first)).toEqual([15, 0, 0, 0]);
  });
});

describe('a rolled secret', () => {
  it('signs beside the new one until it expires, and then no more', async () => {
    const { stripe, control, endpoint, endpointId } = await openWithEndpoint();
    const { body } = await control('POST', `/endpoints/${endpointId}/roll`, {});
    expect(body.secret).toMatch(/^whsec_/);
    await stripe.customers.create();
    await vi.waitFor(() => expect(endpoint.received).toHaveLength(1), waiting);
    const verifies = (index: number, secret: string) => {
      const { body: payload, headers } = endpoint.received[index]!;
      try {
        return stripe.webhooks.constructEvent(payload, String(headers['stripe-signature']), secret) !== undefined;
      } catch {
        return false;
      }
    };
    expect([verifies(0, webhookSecret), verifies(0, body.secret)]).toEqual([true, true]);

    const third = 'whsec_athirdsecretathirdsecret';
    await control('POST', `/endpoints/${endpointId}/roll`, { secret: third, expiresInMs: 0 });
    await stripe.customers.create();
    await vi.waitFor(() => expect(endpoint.received).toHaveLength(2), waiting);
    expect([webhookSecret, body.secret, third].map((secret) => verifies(1, secret))).toEqual([false, false, true]);
    expect(await control('POST', '/endpoints/we_none/roll', {})).toMatchObject({ status: 404 });
  });
});
