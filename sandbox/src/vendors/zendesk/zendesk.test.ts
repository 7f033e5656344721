import { afterEach, beforeEach, expect, test } from 'vitest';
import { type OpenStandIns, openStandIns } from '../testing/stand-ins.ts';

let clock: Date;
let vendor: OpenStandIns;

beforeEach(async () => {
  clock = new Date('2026-11-22T10:00:00Z');
  vendor = await openStandIns({ now: () => clock });
});
afterEach(() => vendor.close());

const failedPayment = {
  ticket: {
    subject: 'Payment failed',
    external_id: 'op_1',
    requester: { name: 'Ana', email: 'ana@example.com' },
    comment: { body: 'The card was declined.', public: false },
    tags: ['billing', 'payment failed'],
  },
};

function createTicket(body: unknown = failedPayment, key = 'op_1') {
  return vendor.zendesk('POST', '/api/v2/tickets', body, { 'idempotency-key': key });
}

test('a wrong token is refused', async () => {
  const reply = await vendor.call('GET', `${vendor.baseUrls.zendesk}/api/v2/users/me.json`);
  expect(reply).toMatchObject({ status: 401, body: { error: "Couldn't authenticate you" } });
});

test('the same key and body is one ticket, answered alike; another body under the key is refused', async () => {
  const first = await createTicket();
  const second = await createTicket();
  expect(first.headers.get('x-idempotency-lookup')).toBe('miss');
  expect(second.headers.get('x-idempotency-lookup')).toBe('hit');
  expect(second.body).toEqual(first.body);

  const changed = await createTicket({ ticket: { ...failedPayment.ticket, subject: 'Other' } });
  expect(changed).toMatchObject({ status: 400, body: { error: 'IdempotentRequestError' } });
  const { records, requests } = await vendor.inbox('zendesk');
  expect(records.tickets).toHaveLength(1);
  expect(requests.map((each: { duplicate: boolean }) => each.duplicate)).toEqual([false, true, false]);
});

test('after two hours the key is forgotten, and the external id still finds the ticket', async () => {
  await createTicket();
  clock = new Date('2026-11-22T12:00:01Z');
  const found = await vendor.zendesk('GET', '/api/v2/tickets.json?external_id=op_1');
  expect(found.body).toMatchObject({
    count: 1,
    tickets: [{ external_id: 'op_1', tags: ['billing', 'payment_failed'] }],
  });
  expect((await createTicket()).body.ticket.id).toBe(2);
});

test('a safe update with an outdated stamp is a conflict, and its comment is not added', async () => {
  const { ticket } = (await createTicket()).body;
  const solve = () =>
    vendor.zendesk('PUT', `/api/v2/tickets/${ticket.id}`, {
      ticket: {
        status: 'solved',
        comment: { body: 'Paid since.', public: false },
        safe_update: true,
        updated_stamp: ticket.updated_at,
      },
    });
  expect(await solve()).toMatchObject({ status: 200, body: { ticket: { status: 'solved' } } });
  expect(await solve()).toMatchObject({ status: 409, body: { error: 'UpdateConflict' } });
  const { comments } = (await vendor.zendesk('GET', `/api/v2/tickets/${ticket.id}/comments`)).body;
  expect(comments.map((each: { body: string }) => each.body)).toEqual(['The card was declined.', 'Paid since.']);
});

test('tags are added by PUT, removed by DELETE and replaced by POST', async () => {
  await createTicket();
  const tags = '/api/v2/tickets/1/tags';
  expect((await vendor.zendesk('PUT', tags, { tags: ['recovered'] })).body.tags).toEqual([
    'billing',
    'payment_failed',
    'recovered',
  ]);
  expect((await vendor.zendesk('DELETE', tags, { tags: ['payment_failed'] })).body.tags).toEqual([
    'billing',
    'recovered',
  ]);
  expect((await vendor.zendesk('POST', tags, { tags: ['only'] })).body.tags).toEqual(['only']);
});

test('a closed ticket cannot be changed', async () => {
  await createTicket();
  await vendor.zendesk('PUT', '/api/v2/tickets/1', { ticket: { status: 'closed' } });
  const reply = await vendor.zendesk('PUT', '/api/v2/tickets/1', { ticket: { status: 'open' } });
  expect(reply).toMatchObject({ status: 422, body: { error: 'RecordInvalid' } });
});

test.each([
  ['no comment', { ticket: { ...failedPayment.ticket, comment: undefined } }, 422],
  ['no requester', { ticket: { ...failedPayment.ticket, requester: undefined } }, 422],
  ['an unknown requester', { ticket: { ...failedPayment.ticket, requester: undefined, requester_id: 4 } }, 422],
  ['an unknown status', { ticket: { ...failedPayment.ticket, status: 'done' } }, 400],
])('a ticket with %s is refused', async (_, body, status) => {
  expect((await createTicket(body)).status).toBe(status);
  expect((await vendor.inbox('zendesk')).records.tickets).toEqual([]);
});

test('a user is created, then updated by external id; an e-mail of another user is refused', async () => {
  const path = '/api/v2/users/create_or_update';
  const first = await vendor.zendesk('POST', path, {
    user: { name: 'Ana', email: 'ana@example.com', external_id: 'cus_1' },
  });
  const again = await vendor.zendesk('POST', path, { user: { name: 'Ana B', external_id: 'CUS_1' } });
  expect([first.status, again.status]).toEqual([201, 200]);
  expect(again.body.user).toMatchObject({ id: first.body.user.id, name: 'Ana B', external_id: 'CUS_1' });

  await vendor.zendesk('POST', path, { user: { name: 'Bo', email: 'bo@example.com' } });
  const clash = await vendor.zendesk('POST', path, { user: { external_id: 'cus_1', email: 'bo@example.com' } });
  expect(clash).toMatchObject({ status: 422, body: { details: { email: [{ error: 'DuplicateValue' }] } } });
});
