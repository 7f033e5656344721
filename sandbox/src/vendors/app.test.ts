import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { verifyStandardWebhook } from './standard-webhooks.ts';
import { credentials, type OpenStandIns, openStandIns } from './testing/stand-ins.ts';

const clock = new Date('2026-11-22T10:00:00Z');
let vendor: OpenStandIns;
beforeEach(async () => {
  vendor = await openStandIns({ now: () => clock });
});
afterEach(() => vendor.close());

function provision(id: string, version: number, { timestamp = clock.getTime() / 1000, tamper = '' } = {}) {
  const body = JSON.stringify({ type: 'account.updated', data: { customerId: 'cus_1', version, access: version < 3 } });
  const key = Buffer.from(credentials.provisioningSecret.slice(6), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return vendor.call('POST', vendor.baseUrls.app, {
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': `v1,c3RhbGU= v1,${signature}`,
    },
    body: body + tamper,
  });
}

test('the signature rule agrees with the published vector', () => {
  const headers = new Headers({
    'webhook-id': 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
    'webhook-timestamp': '1674087231',
    'webhook-signature': 'v1,NtU2FVHOL6hn47Nea9vMT9kk+ZdHyFBpt4+aeycFyDQ=',
  });
  const call = { headers, body: '{"type":"contact.created"}', secret: credentials.provisioningSecret };
  expect(verifyStandardWebhook({ ...call, now: new Date(1674087231_000) })).toBe('genuine');
  expect(verifyStandardWebhook({ ...call, now: new Date(1674087532_000) })).toBe('stale');
});

test('an account is opened once and follows the highest version, whatever comes late', async () => {
  expect(await provision('msg_1', 1)).toMatchObject({ status: 200, body: { accountId: 'acct_1', version: 1 } });
  expect(await provision('msg_3', 3)).toMatchObject({ status: 200, body: { accountId: 'acct_1', version: 3 } });
  expect(await provision('msg_2', 2)).toMatchObject({ status: 200, body: { accountId: 'acct_1', version: 3 } });
  expect(await provision('msg_3', 3)).toMatchObject({ status: 200, body: { version: 3 } });

  const { records, requests } = await vendor.inbox('app');
  expect(records.accounts).toMatchObject([{ version: 3, data: { access: false }, ignoredVersions: [2] }]);
  expect(requests.map((each: { idempotencyKey: string; duplicate: boolean; note: string }) => each)).toMatchObject([
    { idempotencyKey: 'msg_1', duplicate: false, note: 'created account acct_1 version 1' },
    { idempotencyKey: 'msg_3', duplicate: false },
    { idempotencyKey: 'msg_2', duplicate: false, note: 'ignored older account acct_1 version 2' },
    { idempotencyKey: 'msg_3', duplicate: true },
  ]);
});

test('a wrong, stale or missing signature opens nothing', async () => {
  expect((await provision('msg_1', 1, { tamper: ' ' })).status).toBe(401);
  expect((await provision('msg_1', 1, { timestamp: clock.getTime() / 1000 - 301 })).status).toBe(400);
  expect((await vendor.call('POST', vendor.baseUrls.app, { body: {} })).status).toBe(400);
  expect((await vendor.inbox('app')).records.accounts).toEqual([]);
});
