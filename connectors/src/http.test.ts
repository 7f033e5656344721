import type { LookupAddress } from 'node:dns';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type Call, createHttpClient } from './http.ts';
import { type FaultProxy, startFaultProxy } from './testing/fault-proxy.ts';

let vendor: FaultProxy;
beforeAll(async () => {
  vendor = await startFaultProxy('http://127.0.0.1:1/api');
});
afterAll(() => vendor.close());
beforeEach(() => vendor.reset());

const open = new AbortController().signal;
const create: Call = { what: 'create it', method: 'POST', path: '/things', body: Buffer.from('{}'), repeatable: false };

function client(baseUrl = vendor.url, lookup?: Parameters<typeof createHttpClient>[0]['lookup']) {
  const credentials = () => ({ authorization: 'Bearer very-secret' });
  const settings = { label: 'Acme', baseUrl, credentials, secrets: ['very-secret'] };
  return createHttpClient({ ...settings, ...(lookup && { lookup }) });
}

/** A resolver that answers as an attacker's name server would. */
function resolvingTo(...addresses: string[]) {
  const found: LookupAddress[] = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return ((_: string, __: unknown, done: (error: null, found: LookupAddress[]) => void) => done(null, found)) as never;
}

test('credentials are added while sending, to the configured address and path', async () => {
  vendor.break({ kind: 'answer', status: 201, body: '{"id":7}' });
  const sent = await client().sendForJson(create, z.object({ id: z.number() }), open);
  expect(sent).toMatchObject({ ok: true, value: { body: { id: 7 }, reply: { status: 201 } } });
  expect(vendor.seen).toMatchObject([
    { method: 'POST', path: '/api/things', headers: { authorization: 'Bearer very-secret', 'content-length': '2' } },
  ]);
});

test('a whole address keeps its last slash, and a base loses it', async () => {
  const ok = { kind: 'answer', status: 200 } as const;
  vendor.break(ok, ok);
  await client(`${vendor.url}/`).send({ ...create, path: '' }, open);
  await client(`${vendor.url}/`).send(create, open);
  expect(vendor.seen.map(({ path }) => path)).toEqual(['/api/', '/api/things']);
});

test.each([
  ['a private address', ['10.0.0.5']],
  ['the metadata of a cloud', ['169.254.169.254']],
  ['this machine', ['::1']],
  ['a public and a private address', ['93.184.216.34', '192.168.0.9']],
])('a name that leads to %s is not called', async (_, addresses) => {
  const sent = await client('https://vendor.example', resolvingTo(...addresses)).send(create, open);
  expect(sent).toMatchObject({ ok: false, failure: { kind: 'invalid', cause: 'blocked_address' } });
});

test('a configured loopback never leads anywhere else', async () => {
  const sent = await client('http://localhost:4242', resolvingTo('93.184.216.34')).send(create, open);
  expect(sent).toMatchObject({ ok: false, failure: { cause: 'blocked_address' } });
});

test('without a TLS handshake nothing was sent', async () => {
  const sent = await client(vendor.url.replace('http:', 'https:')).send(create, open);
  expect(sent).toMatchObject({ ok: false, failure: { kind: 'retryable', reason: expect.stringContaining('Nothing') } });
  expect(vendor.seen).toEqual([]);
});

test.each([
  [false, 'ambiguous'],
  [true, 'retryable'],
])('an acceptance whose body is lost is no refusal (repeatable: %s)', async (repeatable, kind) => {
  vendor.break({ kind: 'drop_body', status: 200 });
  const sent = await client().sendForJson({ ...create, repeatable }, z.object({}), open);
  expect(sent).toMatchObject({ ok: false, failure: { kind } });
});

test('a refusal is known by its status, though its body is lost', async () => {
  vendor.break({ kind: 'drop_body', status: 429 });
  expect(await client().send(create, open)).toMatchObject({ ok: false, failure: { kind: 'rate_limited' } });
});

test('an endless answer is cut, and not understood', async () => {
  vendor.break({ kind: 'endless' });
  const sent = await client().sendForJson(create, z.object({ id: z.number() }), open);
  const reason = expect.stringContaining('not its usual answer');
  expect(sent).toMatchObject({ ok: false, failure: { kind: 'ambiguous', reason } });
  expect(JSON.stringify(sent).length).toBeLessThan(1_000);
});

test.each([
  [
    400,
    '{"message":"no very-secret here"}',
    'invalid',
    'Acme answered 400 when asked to create it: "no [secret] here".',
  ],
  [401, '{"error":"who"}', 'auth', 'Acme answered 401 when asked to create it: "who". Check the credential.'],
  [402, '', 'gone', 'Acme answered 402 when asked to create it.'],
  [409, '{"error":"twice"}', 'conflict', 'Acme answered 409 when asked to create it: "twice".'],
  [
    503,
    '<p>down</p>',
    'ambiguous',
    'Acme answered 503 when asked to create it: "(a page of HTML)". It may have happened.',
  ],
])('%i says who was asked what and why it failed', async (status, body, kind, reason) => {
  vendor.break({ kind: 'answer', status, body });
  expect(await client().send(create, open)).toMatchObject({ ok: false, failure: { kind, reason, status } });
});

test('a vendor that is down and says for how long is waited for, where repeating is safe', async () => {
  vendor.break({ kind: 'answer', status: 503, headers: { 'retry-after': '120' } });
  const sent = await client().send({ ...create, repeatable: true }, open);
  expect(sent).toMatchObject({ ok: false, failure: { kind: 'rate_limited', status: 503 } });
});
