import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPriceReader } from './prices';

let server: Server;
let asked: URL[];
let answer: { status: number; data: unknown[] };

beforeEach(async () => {
  asked = [];
  answer = { status: 200, data: [] };
  server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://localhost'));
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    const body =
      answer.status === 200
        ? { object: 'list', has_more: false, data: answer.data }
        : { error: { type: 'api_error', message: 'down' } };
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

function stripe(): Stripe {
  const { port } = server.address() as AddressInfo;
  return new Stripe('sk_test_prices', { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0 });
}

const monthly = { lookup_key: 'team_monthly', unit_amount: 4900, currency: 'usd', recurring: { interval: 'month' } };

test('amounts come from Stripe by lookup key, and only of active prices', async () => {
  answer.data = [monthly, { lookup_key: 'once', unit_amount: 500, currency: 'jpy', recurring: null }];
  const prices = await createPriceReader(stripe(), ['team_monthly', 'once'])();
  expect([...prices.values()]).toEqual([
    { lookupKey: 'team_monthly', amountCents: 4900, currency: 'usd', interval: 'month' },
    { lookupKey: 'once', amountCents: 500, currency: 'jpy', interval: null },
  ]);
  expect(asked[0]?.searchParams.get('active')).toBe('true');
});

test('a price without one amount is left out', async () => {
  answer.data = [{ ...monthly, unit_amount: null }];
  expect((await createPriceReader(stripe(), ['team_monthly'])()).size).toBe(0);
});

test('more lookup keys than Stripe takes at once are asked for in several reads', async () => {
  const keys = Array.from({ length: 11 }, (_, index) => `plan_${index}`);
  await createPriceReader(stripe(), keys)();
  expect(asked).toHaveLength(2);
});

test('prices are kept for a minute, and a failure is not kept', async () => {
  let nowMs = 0;
  const read = createPriceReader(stripe(), ['team_monthly'], () => nowMs);
  answer = { status: 500, data: [] };
  await expect(read()).rejects.toThrow();
  answer = { status: 200, data: [monthly] };
  await read();
  await read();
  expect(asked).toHaveLength(2);
  nowMs = 60_000;
  await read();
  expect(asked).toHaveLength(3);
});
