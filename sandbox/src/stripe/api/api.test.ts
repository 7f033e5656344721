import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { apiVersion } from '../api-version.ts';
import { checkout, clientOf, openShop, secretKey, stock } from '../testing/shop.ts';

describe('the API', () => {
  it('speaks the version the pinned SDK declares', () => {
    expect(apiVersion).toBe(Stripe.API_VERSION);
  });

  it('knows whose key it is', async () => {
    const { stripe } = await openShop();
    expect(await stripe.accounts.retrieveCurrent()).toMatchObject({ object: 'account', charges_enabled: true });
  });

  it('refuses a wrong key, and no key, with 401', async () => {
    const { standIn } = await openShop();
    const stranger = clientOf(standIn, 'sk_test_other');
    await expect(stranger.customers.list()).rejects.toMatchObject({
      type: 'StripeAuthenticationError',
      statusCode: 401,
    });
    expect((await fetch(`${standIn.baseUrl}/v1/customers`)).status).toBe(401);
  });

  it('takes the key as Basic auth too, as curl -u sends it', async () => {
    const { standIn } = await openShop();
    const authorization = `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}`;
    const response = await fetch(`${standIn.baseUrl}/v1/account`, { headers: { authorization } });
    expect(response.status).toBe(200);
    expect(response.headers.get('request-id')).toMatch(/^req_/);
  });

  it('answers an unknown route with 404 in the shape of Stripe', async () => {
    const { stripe } = await openShop();
    await expect(stripe.quotes.list()).rejects.toMatchObject({
      type: 'StripeInvalidRequestError',
      statusCode: 404,
      message: expect.stringContaining('Unrecognized request URL (GET: /v1/quotes)'),
    });
  });

  it('names the parameter that is unknown, missing or wrong', async () => {
    const { stripe } = await openShop();
    const { monthly } = await stock(stripe);
    await expect(stripe.customers.create({ balance: 5 })).rejects.toMatchObject({
      code: 'parameter_unknown',
      param: 'balance',
    });
    await expect(stripe.products.create({} as never)).rejects.toMatchObject({
      code: 'parameter_missing',
      param: 'name',
    });
    await expect(
      checkout(stripe, monthly.id, { line_items: [{ price: monthly.id, quantity: -1 }] }),
    ).rejects.toMatchObject({ param: 'line_items[0][quantity]' });
    await expect(stripe.customers.retrieve('cus_none')).rejects.toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      message: "No such customer: 'cus_none'",
    });
  });

  it('refuses a request made for another API version', async () => {
    const { stripe } = await openShop();
    await expect(stripe.customers.list({}, { apiVersion: '2024-06-20' })).rejects.toThrow(/Invalid Stripe API version/);
  });

  it('replays the answer saved under an idempotency key, and refuses the key for other parameters', async () => {
    const { stripe } = await openShop();
    const first = await stripe.customers.create({ email: 'ada@example.com' }, { idempotencyKey: 'one' });
    const again = await stripe.customers.create({ email: 'ada@example.com' }, { idempotencyKey: 'one' });
    expect(again.id).toBe(first.id);
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect((await stripe.customers.list()).data).toHaveLength(1);
    await expect(
      stripe.customers.create({ email: 'bob@example.com' }, { idempotencyKey: 'one' }),
    ).rejects.toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });
  });

  it('saves nothing under the key of a request that failed validation', async () => {
    const { stripe } = await openShop();
    await expect(stripe.products.create({} as never, { idempotencyKey: 'two' })).rejects.toThrow();
    const product = await stripe.products.create({ name: 'Pro' }, { idempotencyKey: 'two' });
    expect(product.name).toBe('Pro');
  });

  it('pages through a list, newest first, forwards and backwards', async () => {
    const { stripe } = await openShop();
    const made: string[] = [];
    for (let n = 0; n < 7; n += 1) made.unshift((await stripe.customers.create({ email: `${n}@example.com` })).id);

    const first = await stripe.customers.list({ limit: 3 });
    expect(first.data.map((row) => row.id)).toEqual(made.slice(0, 3));
    expect(first.has_more).toBe(true);
    const last = await stripe.customers.list({ limit: 3, starting_after: made[3]! });
    expect(last.data.map((row) => row.id)).toEqual(made.slice(4));
    expect(last.has_more).toBe(false);
    const back = await stripe.customers.list({ limit: 3, ending_before: made[4]! });
    expect(back.data.map((row) => row.id)).toEqual(made.slice(1, 4));
    expect(back.has_more).toBe(true);

    const all: string[] = [];
    for await (const customer of stripe.customers.list({ limit: 2 })) all.push(customer.id);
    expect(all).toEqual(made);
  });

  it('answers errors and takes its time when told to', async () => {
    const { stripe, control } = await openShop();
    await control('PUT', '/faults', { api: { status: 503, latencyMs: 1 } });
    await expect(stripe.customers.list()).rejects.toMatchObject({ type: 'StripeAPIError', statusCode: 503 });
    await control('PUT', '/faults', { api: { status: 429 } });
    await expect(stripe.customers.list()).rejects.toMatchObject({ type: 'StripeRateLimitError' });
    await control('DELETE', '/faults');
    expect((await stripe.customers.list()).data).toEqual([]);
  });
});
