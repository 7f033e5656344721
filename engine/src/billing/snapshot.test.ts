import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { aCheckoutSession, aCustomer, anInvoice, aPrice, aSubscription, type StripeObject } from '../testing/index.ts';
import { createStripeReader } from './snapshot.ts';
import { createStripeCalls } from './stripe-calls.ts';

type Answer = { status?: number; headers?: Record<string, string>; body: unknown };

/** Stripe's API on this machine: answers by path, and remembers what was asked. */
async function aStripeApi(answer: (path: string, query: URLSearchParams) => Answer) {
  const asked: { path: string; headers: IncomingMessage['headers'] }[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://stripe.test');
    asked.push({ path: `${url.pathname}${url.search}`, headers: request.headers });
    const { status = 200, headers = {}, body } = answer(url.pathname, url.searchParams);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  const apiBase = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, apiBase };
}

const aReader = (apiBase: string, now?: () => Date) =>
  createStripeReader(
    createStripeCalls({ secretKey: 'sk_test_12345678', apiBase, log: pino({ level: 'silent' }), ratePerSecond: 1_000 }),
    now,
  );
const list = (data: StripeObject[], hasMore = false) => ({
  body: { object: 'list', data, has_more: hasMore, url: '/' },
});
const missing = {
  status: 404,
  body: { error: { type: 'invalid_request_error', code: 'resource_missing', message: 'No such object' } },
};
const signal = new AbortController().signal;

test('a read finds customer, every subscription of every page with every item, invoices, and what is still open', async () => {
  const items = aSubscription().items as { data: StripeObject[] };
  const second = { ...items.data[0], id: 'si_2' } as StripeObject;
  const { apiBase, asked } = await aStripeApi((path, query) => {
    if (path === '/v1/customers/cus_1') return { body: aCustomer() };
    if (path === '/v1/subscription_items') return list([...items.data, second]);
    if (path === '/v1/invoices') return list([anInvoice()]);
    if (path === '/v1/invoices/in_old') return { body: anInvoice({ id: 'in_old', status: 'void' }) };
    if (path === '/v1/subscriptions' && query.get('starting_after') === 'sub_1') {
      return list([aSubscription({ id: 'sub_2', status: 'canceled' })]);
    }
    if (path === '/v1/subscriptions') return list([aSubscription({ items: { ...items, has_more: true } })], true);
    return missing;
  });
  const snapshot = await aReader(apiBase).readSubject('cus_1', ['sub_1', 'in_old', 'sub_gone'], signal);
  expect(snapshot.objects.map((object) => object.id)).toEqual(['cus_1', 'sub_1', 'sub_2', 'in_1', 'in_old']);
  expect(snapshot.objects[1]).toMatchObject({ items: [{ id: 'si_1' }, { id: 'si_2' }] });
  expect(snapshot.gone).toEqual(['sub_gone']);
  expect(asked.find(({ path }) => path.startsWith('/v1/subscriptions?'))?.path).toContain('status=all');
  expect(asked[0]?.headers).toMatchObject({ 'stripe-version': '2026-10-28.endive' });
});

test('a session without a customer is read by itself', async () => {
  const { apiBase, asked } = await aStripeApi(() => ({ body: aCheckoutSession({ customer: null }) }));
  const snapshot = await aReader(apiBase).readSubject('cs_test_1', [], signal);
  expect(snapshot.objects).toMatchObject([{ kind: 'checkout', id: 'cs_test_1' }]);
  expect(asked).toHaveLength(1);
});

test('a deleted customer is gone; one that Stripe never heard of is an error, because the key may be of another account', async () => {
  const deleted = await aStripeApi((path) =>
    path.startsWith('/v1/customers') ? { body: { id: 'cus_1', object: 'customer', deleted: true } } : list([]),
  );
  expect((await aReader(deleted.apiBase).readSubject('cus_1', [], signal)).gone).toEqual(['cus_1']);
  const unknown = await aStripeApi(() => missing);
  await expect(aReader(unknown.apiBase).readSubject('cus_1', [], signal)).rejects.toThrow('No such object');
});

test('BS7: a shape we do not know is an error, never a guess', async () => {
  const { apiBase } = await aStripeApi((path) => {
    if (path.startsWith('/v1/customers')) return { body: aCustomer() };
    return path === '/v1/subscriptions' ? list([aSubscription({ status: 'hibernating' })]) : list([]);
  });
  await expect(aReader(apiBase).readSubject('cus_1', [], signal)).rejects.toThrow(/subscription in a shape.*status/);
});

test('asked to slow down, it sends nothing more until Stripe said', async () => {
  const { apiBase, asked } = await aStripeApi(() => ({
    status: 429,
    headers: { 'retry-after': '3600' },
    body: { error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests' } },
  }));
  const reader = aReader(apiBase);
  await expect(reader.readSubject('cus_1', [], signal)).rejects.toThrow('Too many requests');
  expect(asked).toHaveLength(1);
  const giveUp = new AbortController();
  const second = reader.readSubject('cus_1', [], giveUp.signal);
  giveUp.abort();
  await expect(second).rejects.toThrow('aborted');
  expect(asked).toHaveLength(1);
});

test('prices are read by lookup key, kept for a minute, and never told when they cannot be read', async () => {
  let isDown = false;
  let clock = new Date('2026-11-02T10:00:00Z');
  const product = { id: 'prod_team', object: 'product', name: 'Team' };
  const { apiBase, asked } = await aStripeApi(() =>
    isDown ? { status: 500, body: { error: { type: 'api_error', message: 'Down' } } } : list([aPrice({ product })]),
  );
  const reader = aReader(apiBase, () => clock);
  const prices = await reader.readPrices(['team_monthly', 'unknown']);
  expect([...prices.values()]).toEqual([
    {
      lookupKey: 'team_monthly',
      priceId: 'price_team_monthly',
      amountCents: 4900,
      currency: 'usd',
      interval: 'month',
      intervalCount: 1,
      productName: 'Team',
    },
  ]);
  isDown = true;
  await reader.readPrices(['team_monthly']);
  expect(asked).toHaveLength(1);
  clock = new Date(clock.getTime() + 61_000);
  await expect(reader.readPrices(['team_monthly'])).rejects.toThrow('Down');
});
