import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { triage } from './index.ts';

async function anApp(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/stripe/webhook`;
}

const resultsOf = async (url: string) =>
  Object.fromEntries((await triage(url)).map(({ id, finding }) => [id, finding.result]));

test('a handler that verifies first and takes only POST passes', async () => {
  const url = await anApp((request, response) => response.writeHead(request.method === 'POST' ? 400 : 405).end());
  expect(await resultsOf(url)).toEqual({
    'webhook.unsigned': 'pass',
    'webhook.badsig': 'pass',
    'webhook.redirect': 'pass',
    'webhook.get': 'pass',
  });
});

test('a handler that accepts anything fails, and says how to mend it', async () => {
  const url = await anApp((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<p>ok'),
  );
  expect(await resultsOf(url)).toEqual({
    'webhook.unsigned': 'fail',
    'webhook.badsig': 'fail',
    'webhook.redirect': 'pass',
    'webhook.get': 'fail',
  });
  const [unsigned] = await triage(url);
  expect(unsigned?.finding.fix).not.toEqual([]);
});

test('a redirect fails, and a crash on a wrong signature fails', async () => {
  const redirecting = await anApp((_request, response) =>
    response.writeHead(308, { location: '/api/stripe/webhook/' }).end(),
  );
  expect(await resultsOf(redirecting)).toMatchObject({ 'webhook.redirect': 'fail' });
  const crashing = await anApp((request, response) =>
    response.writeHead(request.headers['stripe-signature'] ? 500 : 400).end(),
  );
  expect(await resultsOf(crashing)).toMatchObject({ 'webhook.unsigned': 'pass', 'webhook.badsig': 'fail' });
});

test('what cannot be reached is unknown, neither passed nor failed', async () => {
  const url = await anApp((request) => request.socket.destroy());
  expect(new Set(Object.values(await resultsOf(url)))).toEqual(new Set(['unknown']));
});
