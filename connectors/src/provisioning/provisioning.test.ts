import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../testing/fault-proxy.ts';
import { anAccount, aSendContext } from '../testing/samples.ts';
import { type StandIns, secrets, startStandIns } from '../testing/stand-ins.ts';
import { connectProvisioning } from './index.ts';
import { signWebhook } from './sign.ts';

let standIns: StandIns;
let proxy: FaultProxy;
beforeAll(async () => {
  standIns = await startStandIns();
  proxy = await startFaultProxy(standIns.baseUrls.app);
});
afterAll(async () => {
  await proxy.close();
  await standIns.close();
});
beforeEach(() => standIns.reset());

const connect = (secret = secrets.provisioningSecret) => connectProvisioning({ url: proxy.url, secret });

function apply(desired = anAccount(), version = 1, connection = connect()) {
  const handler = connection.handlers['app.account'];
  if (handler?.shape !== 'state') throw new Error('no handler');
  return handler.apply(desired, aSendContext({ effectId: 'account:cus_1@app', version }));
}

const accounts = async () => (await standIns.records('app')).accounts;

test('the signature is that of the Standard Webhooks test vector', () => {
  const headers = signWebhook(`whsec_${btoa('0123456789abcdef0123456789abcdef')}`, {
    id: 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
    at: new Date(1674087231 * 1000),
    body: Buffer.from('{"type":"contact.created"}'),
  });
  expect(headers['webhook-signature']).toBe('v1,NtU2FVHOL6hn47Nea9vMT9kk+ZdHyFBpt4+aeycFyDQ=');
});

test('one account is made, its id is kept, and a repeat of a version is told by its webhook id', async () => {
  const calls = proxy.seen.length;
  expect(await apply()).toMatchObject({ ok: true, value: { remoteId: 'acct_1' } });
  await apply();
  const ids = proxy.seen.slice(calls).map(({ headers }) => headers['webhook-id']);
  expect(new Set(ids).size).toBe(1);
  expect(ids[0]).toMatch(/^[A-Za-z0-9_-]+-v1$/);
  expect(await accounts()).toMatchObject([
    { customerId: 'cus_1', version: 1, data: { access: true, plans: ['team'] } },
  ]);
});

test('a late grant never overtakes a revocation', async () => {
  await apply(anAccount({ access: false, reason: 'canceled' }), 2);
  await apply(anAccount(), 1);
  expect(await accounts()).toMatchObject([{ version: 2, data: { access: false } }]);
});

test('an app that answers a page, another app, or 410 is not taken for one that made the account', async () => {
  proxy.break({ kind: 'answer', status: 200, body: '<!doctype html><title>Sign in</title>' });
  expect(await apply()).toMatchObject({ ok: false, failure: { kind: 'invalid', cause: 'not_an_endpoint' } });
  proxy.break({ kind: 'answer', status: 404 });
  expect(await apply()).toMatchObject({ ok: false, failure: { kind: 'invalid', cause: 'endpoint_not_found' } });
  proxy.break({ kind: 'answer', status: 410 });
  expect(await apply()).toMatchObject({ ok: false, failure: { kind: 'gone' } });
});

test('an app that only says ok has made the account', async () => {
  proxy.break({ kind: 'answer', status: 200, body: 'ok' });
  expect(await apply()).toMatchObject({ ok: true, value: { remoteId: null } });
});

test('the probe needs the right secret', async () => {
  const signal = new AbortController().signal;
  expect(await connect().probe(signal)).toEqual({ ok: true, value: { account: null } });
  const wrong = connect(`whsec_${btoa('another secret of thirty-two bytes')}`);
  expect(await wrong.probe(signal)).toMatchObject({ ok: false, failure: { kind: 'auth' } });
});
