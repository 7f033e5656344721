import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../testing/fault-proxy.ts';
import { aContact, aSendContext, at } from '../testing/samples.ts';
import { type StandIns, secrets, startStandIns } from '../testing/stand-ins.ts';
import recordedErrors from './fixtures/errors.json' with { type: 'json' };
import { connectHubSpot } from './index.ts';

let standIns: StandIns;
let proxy: FaultProxy;
beforeAll(async () => {
  standIns = await startStandIns();
  proxy = await startFaultProxy(standIns.baseUrls.hubspot);
});
afterAll(async () => {
  await proxy.close();
  await standIns.close();
});
beforeEach(async () => {
  await standIns.reset();
  await connect().setup!(new AbortController().signal);
});

const connect = () => connectHubSpot({ token: secrets.hubspotToken, baseUrl: proxy.url });

function apply(desired = aContact(), remoteId: string | null = null) {
  const handler = connect().handlers['crm.contact'];
  if (handler?.shape !== 'state') throw new Error('no handler');
  return handler.apply(desired, aSendContext({ effectId: 'contact:cus_1@crm', remoteId }));
}

async function contacts(): Promise<{ id: string; properties: Record<string, string> }[]> {
  return (await standIns.records('hubspot')).contacts;
}

test('CR1: a new customer becomes one contact with its billing fields, however often it is applied', async () => {
  const first = await apply();
  const [contact] = await contacts();
  expect(first).toMatchObject({ ok: true, value: { remoteId: contact!.id } });
  expect(contact!.properties).toMatchObject({
    onpaid_customer_id: 'cus_1',
    email: 'ada@example.com',
    firstname: 'Ada',
    lastname: 'Lovelace',
    onpaid_billing_status: 'active',
    onpaid_has_access: 'true',
    onpaid_amount_cents: '4900',
  });
  for (let repeat = 0; repeat < 5; repeat += 1) await apply();
  expect(await contacts()).toHaveLength(1);
});

test('CR2: a lead who is already there is adopted when the e-mail is verified, and keeps what others wrote', async () => {
  const id = await standIns.seedContact('ADA@example.com', { firstname: 'Countess', lifecyclestage: 'lead' });
  const calls = proxy.seen.length;
  const applied = await apply();
  expect(applied).toMatchObject({ ok: true, value: { remoteId: id, note: expect.stringContaining('Adopted') } });
  // Found before anything is created, without leaning on the words of a refusal.
  expect(proxy.seen.slice(calls).map(({ method }) => method)).toEqual(['POST', 'GET', 'PATCH']);
  expect((await contacts()).map(({ properties }) => properties)).toMatchObject([
    { firstname: 'Countess', lifecyclestage: 'lead', onpaid_customer_id: 'cus_1', onpaid_plan: 'team' },
  ]);
});

test('CR2: a contact found by an e-mail that nobody verified is left alone, and says why', async () => {
  const id = await standIns.seedContact('ada@example.com');
  const applied = await apply(aContact({ emailVerified: false }));
  expect(applied).toMatchObject({ ok: false, failure: { kind: 'invalid', cause: 'unverified_match' } });
  expect(applied).toMatchObject({ failure: { reason: expect.stringContaining(id) } });
  expect((await contacts())[0]!.properties.onpaid_customer_id).toBeUndefined();
});

test('a contact that belongs to another customer is never taken over', async () => {
  await standIns.seedContact('ada@example.com', { onpaid_customer_id: 'cus_other' });
  // Not a conflict with an id: the engine applies that to the contact of the id.
  const failure = {
    kind: 'invalid',
    cause: 'contact_of_another_customer',
    reason: expect.stringContaining('cus_other'),
  };
  expect(await apply()).toMatchObject({ ok: false, failure });
  expect((await contacts())[0]!.properties.onpaid_customer_id).toBe('cus_other');
});

test.each([
  [true, { ok: true, value: { note: expect.stringContaining('Adopted') } }],
  [false, { ok: false, failure: { cause: 'unverified_match' } }],
])(
  'a contact that appears between the look and the write follows the same rule (verified: %s)',
  async (emailVerified, expected) => {
    await standIns.seedContact('ada@example.com');
    // The look by e-mail answers as if nobody were there yet.
    proxy.break(
      { kind: 'answer', status: 207, body: '{"results":[],"errors":[]}' },
      { kind: 'answer', status: 404, body: '{"status":"error","message":"resource not found"}' },
    );
    expect(await apply(aContact({ emailVerified }))).toMatchObject(expected);
    expect(await contacts()).toHaveLength(1);
  },
);

test('a conflict never names a contact to write to: only a look at the contact decides', async () => {
  const nothing = { kind: 'answer', status: 207, body: '{"results":[]}' } as const;
  const nobody = { kind: 'answer', status: 404, body: '{"status":"error"}' } as const;
  const taken = {
    kind: 'answer',
    status: 409,
    body: '{"message":"Contact already exists. Existing ID: 6001"}',
  } as const;
  proxy.break(nothing, nobody, taken, nobody);
  expect(await apply()).toMatchObject({ ok: false, failure: { kind: 'retryable' } });
  proxy.break(taken);
  expect(await apply(aContact(), '101')).toMatchObject({ ok: false, failure: { kind: 'conflict', existingId: null } });
  expect(await contacts()).toEqual([]);
});

test.each([
  ['CONFLICT', 'Contact already exists. Existing ID: 999', 'retryable'],
  ['VALIDATION_ERROR', 'Property "onpaid_plan" does not exist', 'invalid'],
  ['', 'internal error', 'retryable'],
])('a batch that made nothing is told by its own error (%s)', async (category, message, kind) => {
  const errors = [{ status: 'error', category, message }];
  proxy.break(
    { kind: 'pass' },
    { kind: 'pass' },
    { kind: 'answer', status: 207, body: JSON.stringify({ results: [], errors }) },
  );
  expect(await apply()).toMatchObject({ ok: false, failure: { kind } });
});

test('CR3: a known contact is updated by its id alone, and its name and e-mail stay what they are', async () => {
  const { value } = (await apply()) as { value: { remoteId: string } };
  const before = proxy.seen.length;
  const renamed = aContact({ name: 'Somebody Else', email: 'new@example.com' });
  renamed.properties = { ...renamed.properties, billing_status: 'canceled', plan: null, renews_at: null };
  await apply(renamed, value.remoteId);
  expect(proxy.seen.slice(before).map(({ method }) => method)).toEqual(['PATCH']);
  const [contact] = await contacts();
  expect(contact!.properties).toMatchObject({
    firstname: 'Ada',
    email: 'ada@example.com',
    onpaid_billing_status: 'canceled',
  });
  expect(contact!.properties).not.toHaveProperty('onpaid_plan');
});

test('a contact that was merged away or deleted is found again by our key, or made again', async () => {
  const { value } = (await apply()) as { value: { remoteId: string } };
  expect(await apply(aContact(), '999999')).toMatchObject({ ok: true, value: { remoteId: value.remoteId } });
  expect(await contacts()).toHaveLength(1);
});

test('without the set-up the reason says what to run', async () => {
  await standIns.reset();
  expect(await apply()).toMatchObject({
    ok: false,
    failure: { kind: 'invalid', cause: 'unknown_property', reason: expect.stringContaining('onpaid setup') },
  });
});

test('the set-up creates what is missing once, and says what it did', async () => {
  await standIns.reset();
  const signal = new AbortController().signal;
  const first = await connect().setup!(signal);
  expect(first).toMatchObject({ ok: true, value: { created: expect.arrayContaining(['onpaid_customer_id']) } });
  const second = await connect().setup!(signal);
  expect(second).toMatchObject({ ok: true, value: { created: [] } });
  const names = ((await standIns.records('hubspot')).properties as { name: string }[]).map(({ name }) => name);
  expect(names.filter((name) => name === 'onpaid_customer_id')).toHaveLength(1);
});

test('the probe says whose account it is, and that a wrong token is one', async () => {
  const signal = new AbortController().signal;
  expect(await connect().probe(signal)).toEqual({ ok: true, value: { account: '1000001' } });
  const wrong = connectHubSpot({ token: 'pat-wrong', baseUrl: proxy.url });
  expect(await wrong.probe(signal)).toMatchObject({ ok: false, failure: { kind: 'auth', status: 401 } });
});

test.each(recordedErrors)('HubSpot says $name', async ({ status, headers, body, expect: expected }) => {
  const { hubspotRefusal } = await import('./client.ts');
  const { failureOf } = await import('../failure.ts');
  const reply = { status, headers: (headers ?? {}) as Record<string, string>, text: JSON.stringify(body) };
  const call = { what: 'test', method: 'POST', path: '/', repeatable: true };
  const failure = hubspotRefusal(reply, call, at) ?? failureOf(reply, { label: 'HubSpot', ...call }, at);
  expect(JSON.parse(JSON.stringify(failure))).toMatchObject(expected);
});
