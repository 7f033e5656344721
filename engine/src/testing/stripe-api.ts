import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import { createStripeCalls } from '../billing/stripe-calls.ts';
import type { StripeObject } from './stripe-objects.ts';

type Answer = { status?: number; headers?: Record<string, string>; body: unknown };

/** Stripe's API on this machine: answers by path, and remembers what was asked. */
export async function aStripeApi(answer: (path: string, query: URLSearchParams) => Answer) {
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

/** A page of a list, as Stripe answers it. */
export const aListOf = (data: StripeObject[], hasMore = false) => ({
  body: { object: 'list', data, has_more: hasMore, url: '/' },
});

/** Calls to it, as fast as they come. */
export const callsTo = (apiBase: string) =>
  createStripeCalls({ secretKey: 'sk_test_12345678', apiBase, log: pino({ level: 'silent' }), ratePerSecond: 1_000 });
