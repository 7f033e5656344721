import { expect, test } from 'vitest';
import {
  aCheckoutSession,
  aCustomer,
  anInvoice,
  aPaymentMethod,
  aSubscription,
  type StripeObject,
} from '../testing/index.ts';
import { aListOf, aStripeApi, callsTo } from '../testing/stripe-api.ts';
import { createStripeReader } from './snapshot.ts';

const aReader = (apiBase: string) => createStripeReader(callsTo(apiBase));
const missing = {
  status: 404,
  body: { error: { type: 'invalid_request_error', code: 'resource_missing', message: 'No such object' } },
};
const signal = new AbortController().signal;

test('a read finds customer, every subscription of every page with every item, invoices, and what is still open', async () => {
  const items = aSubscription().items as { data: StripeObject[] };
  const second = { ...items.data[0], id: 'si_2' } as StripeObject;
  const { apiBase, asked } = await aStripeApi((path, query) => {
    if (path === '/v1/customers/cus_1') return { body: aCustomer() };
    if (path === '/v1/subscription_items') return aListOf([...items.data, second]);
    if (path === '/v1/invoices') return aListOf([anInvoice()]);
    if (path === '/v1/invoices/in_old') return { body: anInvoice({ id: 'in_old', status: 'void' }) };
    if (path === '/v1/subscriptions' && query.get('starting_after') === 'sub_1') {
      return aListOf([aSubscription({ id: 'sub_2', status: 'canceled' })]);
    }
    if (path === '/v1/subscriptions') return aListOf([aSubscription({ items: { ...items, has_more: true } })], true);
    return missing;
  });
  const snapshot = await aReader(apiBase).readSubject('cus_1', ['sub_1', 'in_old', 'sub_gone'], signal);
  expect(snapshot.objects.map((object) => object.id)).toEqual(['cus_1', 'sub_1', 'sub_2', 'in_1', 'in_old']);
  expect(snapshot.objects[1]).toMatchObject({ items: [{ id: 'si_1' }, { id: 'si_2' }] });
  expect(snapshot.gone).toEqual(['sub_gone']);
  expect(asked.find(({ path }) => path.startsWith('/v1/subscriptions?'))?.path).toContain('status=all');
  expect(asked[0]?.headers).toMatchObject({ 'stripe-version': '2026-10-28.endive' });
});

test('a session without a customer is read by itself', async () => {
  const { apiBase, asked } = await aStripeApi(() => ({ body: aCheckoutSession({ customer: null }) }));
  const snapshot = await aReader(apiBase).readSubject('cs_test_1', [], signal);
  expect(snapshot.objects).toMatchObject([{ kind: 'checkout', id: 'cs_test_1' }]);
  expect(asked).toHaveLength(1);
});

test('a deleted customer is gone; one that Stripe never heard of is an error, because the key may be of another account', async () => {
  const deleted = await aStripeApi((path) =>
    path.startsWith('/v1/customers') ? { body: { id: 'cus_1', object: 'customer', deleted: true } } : aListOf([]),
  );
  expect((await aReader(deleted.apiBase).readSubject('cus_1', [], signal)).gone).toEqual(['cus_1']);
  const unknown = await aStripeApi(() => missing);
  await expect(aReader(unknown.apiBase).readSubject('cus_1', [], signal)).rejects.toThrow('No such object');
});

test('BS7: a shape we do not know is an error, never a guess', async () => {
  const { apiBase } = await aStripeApi((path) => {
    if (path.startsWith('/v1/customers')) return { body: aCustomer() };
    return path === '/v1/subscriptions' ? aListOf([aSubscription({ status: 'hibernating' })]) : aListOf([]);
  });
  await expect(aReader(apiBase).readSubject('cus_1', [], signal)).rejects.toThrow(/subscription in a shape.*status/);
});

test('asked to slow down, it sends nothing more until Stripe said', async () => {
  const { apiBase, asked } = await aStripeApi(() => ({
    status: 429,
    headers: { 'retry-after': '3600' },
    body: { error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests' } },
  }));
  const reader = aReader(apiBase);
  await expect(reader.readSubject('cus_1', [], signal)).rejects.toThrow('Too many requests');
  expect(asked).toHaveLength(1);
  const giveUp = new AbortController();
  const second = reader.readSubject('cus_1', [], giveUp.signal);
  giveUp.abort();
  await expect(second).rejects.toThrow('aborted');
  expect(asked).toHaveLength(1);
});

test('a payment method that was detached is gone, though Stripe still shows it', async () => {
  const { apiBase } = await aStripeApi((path) => {
    if (path === '/v1/customers/cus_1') return { body: aCustomer() };
    if (path === '/v1/payment_methods/pm_1') return { body: aPaymentMethod({ id: 'pm_1', customer: null }) };
    return path.startsWith('/v1/payment_methods/') ? { body: aPaymentMethod({ id: 'pm_2' }) } : aListOf([]);
  });
  const snapshot = await aReader(apiBase).readSubject('cus_1', ['pm_1', 'pm_2'], signal);
  expect(snapshot.gone).toEqual(['pm_1']);
  expect(snapshot.objects.map((object) => object.id)).toEqual(['cus_1', 'pm_2']);
});
