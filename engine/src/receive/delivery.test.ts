import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { API_VERSION, aStripeEvent, aThinEvent } from '../testing/stripe-events.ts';
import { aCustomer, anInvoice, aSubscription, BOUGHT_AT } from '../testing/stripe-objects.ts';
import { readDelivery } from './delivery.ts';

const receivedAt = new Date('2026-11-02T10:00:05Z');
const deliver = (event: unknown) => readDelivery(Buffer.from(JSON.stringify(event)), 'test', receivedAt);

test('a snapshot event becomes a row about the customer its object names', () => {
  const event = aStripeEvent('invoice.paid', anInvoice(), { id: 'evt_1', created: BOUGHT_AT });
  expect(deliver(event)).toEqual({
    key: 'evt_1',
    type: 'invoice.paid',
    shape: 'snapshot',
    subjectId: 'cus_1',
    objectId: 'in_1',
    occurredAt: new Date(BOUGHT_AT * 1_000),
    apiVersion: API_VERSION,
    livemode: false,
    disposition: 'recorded',
    body: Buffer.from(JSON.stringify(event)),
  });
});

test('a thin event becomes a row about its object, under the name and the key of its snapshot twin', () => {
  const snapshot = aStripeEvent('invoice.paid', anInvoice());
  const thin = aThinEvent('invoice.paid', { id: 'in_1', object: 'invoice' }, { twinOf: snapshot });
  expect(deliver(thin)).toMatchObject({
    key: snapshot.id,
    type: 'invoice.paid',
    shape: 'thin',
    subjectId: 'in_1',
    objectId: 'in_1',
    disposition: 'recorded',
  });
  expect(deliver(aThinEvent('invoice.paid', { id: 'in_1', object: 'invoice' }, { id: 'evt_thin' })).key).toBe(
    'evt_thin',
  );
});

test.each([
  ['the customer itself', 'customer.updated', aCustomer(), 'cus_1'],
  ['an expanded customer', 'invoice.paid', anInvoice({ customer: aCustomer({ id: 'cus_2' }) }), 'cus_2'],
  ['a subscription', 'customer.subscription.updated', aSubscription(), 'cus_1'],
  ['an invoice of nobody yet', 'invoice.paid', anInvoice({ customer: null }), 'in_1'],
  ['a customer that cannot be an id', 'invoice.paid', anInvoice({ customer: 'cus_\u0000' }), 'in_1'],
])('the subject of an event about %s is right', (_, type, object, subjectId) => {
  expect(deliver(aStripeEvent(type, object)).subjectId).toBe(subjectId);
});

test('a type nobody handles is ignored, and an object without an id is no reason to lose it', () => {
  const { disposition, objectId } = deliver(aStripeEvent('balance.available', { object: 'balance' } as never));
  expect({ disposition, objectId }).toEqual({ disposition: 'ignored', objectId: null });
});

test('an event of the other mode is quarantined, whatever its type', () => {
  expect(deliver(aStripeEvent('invoice.paid', anInvoice(), { livemode: true })).disposition).toBe('quarantined');
  expect(deliver(aStripeEvent('what.ever', anInvoice(), { livemode: true })).disposition).toBe('quarantined');
  const live = Buffer.from(JSON.stringify(aStripeEvent('invoice.paid', anInvoice(), { livemode: true })));
  expect(readDelivery(live, 'live', receivedAt).disposition).toBe('recorded');
  expect(readDelivery(live, 'sandbox', receivedAt).disposition).toBe('quarantined');
});

test.each([
  ['JSON that is no event', '{"hello":"world"}'],
  ['no JSON', '{"id":'],
  ['null', 'null'],
  ['an id with a NUL in it', JSON.stringify(aStripeEvent('invoice.paid', anInvoice(), { id: 'evt_\u0000' }))],
  ['a type too long to index', JSON.stringify(aStripeEvent('x'.repeat(3_000), anInvoice()))],
  ['a time after the year 9999', JSON.stringify(aStripeEvent('invoice.paid', anInvoice(), { created: 1e15 }))],
  ['a handled event about nothing', JSON.stringify(aStripeEvent('invoice.paid', { object: 'invoice' } as never))],
])('%s is kept under the hash of its bytes', (_, text) => {
  const { key, disposition, shape, body } = readDelivery(Buffer.from(text), 'test', receivedAt);
  expect({ key, disposition, shape, body: body.toString() }).toEqual({
    key: `invalid_${createHash('sha256').update(text).digest('hex')}`,
    disposition: 'invalid',
    shape: 'raw',
    body: text,
  });
});

test('a field of the object we have never seen costs nothing', () => {
  const invoice = anInvoice({ status: 42, lines: 'gone', brand_new: { deep: [1, 2, 3] } });
  expect(deliver(aStripeEvent('invoice.paid', invoice)).disposition).toBe('recorded');
});
