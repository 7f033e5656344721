import { afterEach, beforeEach, expect, test } from 'vitest';
import { type OpenStandIns, openStandIns } from '../testing/stand-ins.ts';

const contacts = '/crm/v3/objects/contacts';
let clock: Date;
let vendor: OpenStandIns;

beforeEach(async () => {
  clock = new Date('2026-11-22T10:00:00Z');
  vendor = await openStandIns({ now: () => clock });
  await vendor.hubspot('POST', '/crm/v3/properties/contacts', {
    name: 'billing_customer_id',
    label: 'Billing customer',
    groupName: 'contactinformation',
    type: 'string',
    fieldType: 'text',
    hasUniqueValue: true,
  });
});
afterEach(() => vendor.close());

function upsert(id: string, properties: Record<string, string>, path = contacts) {
  return vendor.hubspot('POST', `${path}/batch/upsert`, {
    inputs: [{ id, idProperty: 'billing_customer_id', objectWriteTraceId: 'trace', properties }],
  });
}

test('a wrong token is refused in the vendor’s words', async () => {
  const reply = await vendor.call('GET', vendor.baseUrls.hubspot + contacts, {
    headers: { authorization: 'Bearer wrong' },
  });
  expect(reply.status).toBe(401);
  expect(reply.body).toMatchObject({ status: 'error', category: 'INVALID_AUTHENTICATION' });
});

test('an upsert creates once, and the same upsert again changes nothing', async () => {
  const first = await upsert('cus_1', { email: 'Ana@Example.com', firstname: 'Ana' });
  const second = await upsert('cus_1', { email: 'ana@example.com' }, '/crm/objects/2026-09/contacts');

  expect(first).toMatchObject({ status: 200, body: { results: [{ new: true, objectWriteTraceId: 'trace' }] } });
  expect(first.body.results[0].properties.email).toBe('ana@example.com');
  expect(second.body.results[0]).toMatchObject({ new: false, id: first.body.results[0].id });
  const { records, requests } = await vendor.inbox('hubspot');
  expect(records.contacts).toHaveLength(1);
  expect(requests.slice(-2).map((each: { duplicate: boolean }) => each.duplicate)).toEqual([false, true]);
});

test('an unknown property refuses the whole batch, and nothing of it is written', async () => {
  const reply = await vendor.hubspot('POST', `${contacts}/batch/upsert`, {
    inputs: [
      { id: 'cus_1', idProperty: 'billing_customer_id', properties: { email: 'a@example.com' } },
      { id: 'cus_2', idProperty: 'billing_customer_id', properties: { billing_plan: 'pro' } },
    ],
  });
  expect(reply).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR' } });
  expect(reply.body.message).toContain('Property \\"billing_plan\\" does not exist');
  expect((await vendor.inbox('hubspot')).records.contacts).toEqual([]);
});

test('an e-mail of another contact is a conflict that names the contact, in an upsert, a create and an update', async () => {
  await vendor.call('POST', `${vendor.controlUrl}/_seed/hubspot`, {
    body: { contacts: [{ email: 'lead@example.com' }] },
  });
  const conflict = { status: 409, body: { category: 'CONFLICT', message: 'Contact already exists. Existing ID: 101' } };

  expect(await upsert('cus_1', { email: 'LEAD@example.com' })).toMatchObject(conflict);
  expect(await vendor.hubspot('POST', contacts, { properties: { email: 'lead@example.com' } })).toMatchObject(conflict);
  await upsert('cus_2', { email: 'other@example.com' });
  const moved = await vendor.hubspot('PATCH', `${contacts}/102`, { properties: { email: 'lead@example.com' } });
  expect(moved).toMatchObject(conflict);
});

test('in a batch, one conflict leaves the others written and answers 207', async () => {
  await vendor.call('POST', `${vendor.controlUrl}/_seed/hubspot`, {
    body: { contacts: [{ email: 'lead@example.com' }] },
  });
  const reply = await vendor.hubspot('POST', `${contacts}/batch/upsert`, {
    inputs: [
      { id: 'cus_1', idProperty: 'billing_customer_id', properties: { email: 'lead@example.com' } },
      { id: 'cus_2', idProperty: 'billing_customer_id', properties: { email: 'new@example.com' } },
    ],
  });
  expect(reply).toMatchObject({ status: 207, body: { numErrors: 1, errors: [{ category: 'CONFLICT' }] } });
  expect(reply.body.results).toHaveLength(1);
});

test('a lead is found by e-mail and adopted by giving it our unique property', async () => {
  await vendor.call('POST', `${vendor.controlUrl}/_seed/hubspot`, {
    body: {
      contacts: [
        { email: 'lead@example.com', properties: { firstname: 'Lee', hs_additional_emails: 'two@example.com' } },
      ],
    },
  });
  const found = await vendor.hubspot(
    'GET',
    `${contacts}/two@example.com?idProperty=email&properties=billing_customer_id`,
  );
  expect(found).toMatchObject({ status: 200, body: { id: '101', properties: { billing_customer_id: null } } });

  await vendor.hubspot('PATCH', `${contacts}/101`, { properties: { billing_customer_id: 'cus_1' } });
  const read = await vendor.hubspot('POST', `${contacts}/batch/read`, {
    idProperty: 'billing_customer_id',
    inputs: [{ id: 'cus_1' }, { id: 'cus_9' }],
  });
  expect(read).toMatchObject({
    status: 207,
    body: { results: [{ id: '101' }], errors: [{ context: { ids: ['cus_9'] } }] },
  });
});

test('a unique value is never on two contacts', async () => {
  await upsert('cus_1', { email: 'a@example.com' });
  await upsert('cus_2', { email: 'b@example.com' });
  const reply = await vendor.hubspot('PATCH', `${contacts}/102`, { properties: { billing_customer_id: 'cus_1' } });
  expect(reply).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR' } });
  expect(reply.body.message).toContain('CONFLICTING_UNIQUE_VALUE');
});

test('search finds a new contact only seconds later', async () => {
  await upsert('cus_1', { email: 'a@example.com' });
  const search = () =>
    vendor.hubspot('POST', `${contacts}/search`, {
      filterGroups: [{ filters: [{ propertyName: 'email', operator: 'EQ', value: 'a@example.com' }] }],
    });
  expect((await search()).body.total).toBe(0);
  clock = new Date('2026-11-22T10:00:06Z');
  expect((await search()).body.total).toBe(1);
});

test('an archived contact is gone', async () => {
  await upsert('cus_1', { email: 'a@example.com' });
  expect((await vendor.hubspot('DELETE', `${contacts}/101`)).status).toBe(204);
  expect((await vendor.hubspot('GET', `${contacts}/101`)).status).toBe(404);
  expect((await vendor.hubspot('PATCH', `${contacts}/101`, { properties: {} })).status).toBe(404);
});

test('the 191st call within ten seconds is refused, and the next window allows it', async () => {
  const replies = await Promise.all(Array.from({ length: 190 }, () => vendor.hubspot('GET', contacts)));
  const refused = replies.filter(({ status }) => status === 429);
  // One call was spent on the property above.
  expect(refused).toHaveLength(1);
  expect(refused[0]).toMatchObject({ body: { errorType: 'RATE_LIMIT', policyName: 'TEN_SECONDLY_ROLLING' } });
  expect(refused[0]?.headers.get('x-hubspot-ratelimit-interval-milliseconds')).toBe('10000');
  clock = new Date('2026-11-22T10:00:10Z');
  expect((await vendor.hubspot('GET', contacts)).status).toBe(200);
});

test.each([
  ['lifecyclestage', 'winner', 'INVALID_OPTION'],
  ['email', 'not an address', 'INVALID_EMAIL'],
  ['createdate', '2026-01-01', 'READ_ONLY_VALUE'],
])('a value that does not fit %s is refused as %s', async (name, value, error) => {
  const reply = await vendor.hubspot('POST', contacts, { properties: { [name]: value } });
  expect(reply.status).toBe(400);
  expect(reply.body.message).toContain(error);
});
