import { describe, expect, it } from 'vitest';
import { buy, clientOf, openShop, stock } from '../testing/shop.ts';

const restricted = 'rk_test_onlywhatisneeded';

describe('a restricted key', () => {
  it('does what it may, and is refused the rest with the permission that is missing', async () => {
    const { standIn, control } = await openShop();
    await control('POST', '/keys', { key: restricted, permissions: { customers: 'read', webhook_endpoints: 'write' } });
    const stripe = clientOf(standIn, restricted);
    expect((await stripe.customers.list()).data).toEqual([]);
    const endpoint = { url: 'http://127.0.0.1:9/', enabled_events: ['*'] as ['*'] };
    await stripe.webhookEndpoints.create(endpoint);
    expect((await stripe.webhookEndpoints.list()).data).toHaveLength(1);
    await expect(stripe.customers.create()).rejects.toMatchObject({
      type: 'StripePermissionError',
      statusCode: 403,
      message: expect.stringMatching(/^The provided key 'rk_test_\*+eded' .* 'rak_customer_write' permission/),
    });
    await expect(stripe.subscriptions.list()).rejects.toThrow(/'rak_subscription_read' permission/);
    await expect(stripe.v2.core.events.list()).rejects.toMatchObject({ type: 'StripePermissionError' });
  });

  it('is unknown until it is made, and made only of permissions there are', async () => {
    const { standIn, control } = await openShop();
    const stripe = clientOf(standIn, restricted);
    await expect(stripe.customers.list()).rejects.toMatchObject({ type: 'StripeAuthenticationError' });
    const wrong = await control('POST', '/keys', { key: restricted, permissions: { customer: 'read' } });
    expect(wrong.status).toBe(400);
  });
});

describe('a rate limit', () => {
  it('counts each endpoint of the API apart, and says so as Stripe does', async () => {
    const { stripe, control } = await openShop();
    const ids: string[] = [];
    for (let n = 0; n < 4; n += 1) ids.push((await stripe.customers.create()).id);
    await control('PUT', '/faults', { api: { rate: { perSecond: 3 } } });
    const reads = await Promise.allSettled(ids.map((id) => stripe.customers.retrieve(id)));
    const refused = reads.filter((read) => read.status === 'rejected').map(({ reason }) => reason);
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({
      type: 'StripeRateLimitError',
      statusCode: 429,
      code: 'rate_limit',
      headers: { 'stripe-rate-limited-reason': 'endpoint-rate' },
    });
    expect((await stripe.customers.list()).data).toHaveLength(4);
  });
});

describe('failures by chance', () => {
  it('come as often as told, change nothing, and fall the same way with the same seed', async () => {
    const { stripe, control } = await openShop();
    const fall = async () => {
      await control('PUT', '/faults', { seed: 5, api: { failRate: 0.3 } });
      const fell: boolean[] = [];
      for (let n = 0; n < 60; n += 1) {
        fell.push(
          await stripe.customers.create().then(
            () => false,
            ({ statusCode }) => statusCode === 500,
          ),
        );
      }
      await control('DELETE', '/faults');
      return fell;
    };
    const first = await fall();
    const failed = first.filter(Boolean).length;
    expect(failed).toBeGreaterThan(8);
    expect(failed).toBeLessThan(30);
    expect((await control('GET', '/state')).body.counts.customers).toBe(60 - failed);
    expect(await fall()).toEqual(first);
  });

  it('are the answer to their idempotency key from then on', async () => {
    const { stripe, control } = await openShop();
    await control('PUT', '/faults', { api: { failRate: 1 } });
    const create = () => stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'one' });
    await expect(create()).rejects.toMatchObject({ statusCode: 500 });
    await control('DELETE', '/faults');
    await expect(create()).rejects.toMatchObject({ statusCode: 500, headers: { 'idempotent-replayed': 'true' } });
    expect((await stripe.customers.list()).data).toEqual([]);
    await stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'two' });
  });
});

describe('an idempotency key', () => {
  it('is refused while its first request is under way, and replays the answer afterwards', async () => {
    const { stripe, control } = await openShop();
    await control('PUT', '/faults', { api: { latencyMs: 200 } });
    const create = () => stripe.customers.create({ name: 'Ada' }, { idempotencyKey: 'one' });
    const results = await Promise.allSettled([create(), create()]);
    const made = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.id] : []));
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(made).toHaveLength(1);
    expect(refused).toMatchObject([{ statusCode: 409, code: 'idempotency_key_in_use' }]);
    await control('DELETE', '/faults');
    expect((await create()).id).toBe(made[0]);
  });
});

describe('an error', () => {
  it('says where to read about it and where it is logged', async () => {
    const { stripe } = await openShop();
    const error = await stripe.customers.retrieve('cus_none').catch((reason) => reason);
    expect(error).toMatchObject({
      doc_url: 'https://stripe.com/docs/error-codes/resource-missing',
      request_log_url: `https://dashboard.stripe.com/test/logs/${error.requestId}`,
      rawType: 'invalid_request_error',
    });
  });
});

describe('expanding', () => {
  it('goes four levels deep, also in a list, and not five', async () => {
    const { stripe } = await openShop();
    const { monthly } = await stock(stripe);
    await buy(stripe, monthly.id);
    const invoices = await stripe.invoices
      .list({ expand: ['data.payments.data.payment.payment_intent'] })
      .catch((error) => error);
    expect(invoices).toMatchObject({ statusCode: 400, message: expect.stringContaining('more than 4 levels') });
    const { data } = await stripe.subscriptions.list({ expand: ['data.latest_invoice.customer'] });
    expect(data[0]?.latest_invoice).toMatchObject({ customer: { email: 'ada@example.com' } });
    const deep = await stripe.subscriptions.retrieve(String(data[0]?.id), {
      expand: ['latest_invoice.payments.data.payment'],
    });
    expect(deep.latest_invoice).toMatchObject({ payments: { data: [{ payment: { type: 'payment_intent' } }] } });
  });
});
