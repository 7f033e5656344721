import { expect, test } from 'vitest';
import type { BillingObject } from '../billing/state.ts';
import { understand } from '../billing/stripe-shapes.ts';
import { aCheckoutSession, aCustomer, anInvoice, aSubscription } from '../testing/index.ts';
import { belongingTo } from './belonging.ts';

function read(kind: BillingObject['kind'], raw: object): BillingObject {
  const understood = understand(kind, raw);
  if (!understood.ok) throw new Error(understood.reason);
  return understood.object;
}

const share = (objects: BillingObject[], before: string[] = []) =>
  [...belongingTo(objects, new Set(['cus_2']), new Set(before))].sort();

test('CR6: a customer takes along what names them, what was theirs, and what refers to any of it', () => {
  const objects = [
    read('customer', aCustomer()),
    read('subscription', aSubscription()),
    read('invoice', anInvoice()),
    read('customer', aCustomer({ id: 'cus_2' })),
    read('subscription', aSubscription({ id: 'sub_2', customer: 'cus_2' })),
    // Came after the merge, and names only the subscription.
    read('invoice', anInvoice({ id: 'in_22', customer: 'cus_2', subscriptionId: 'sub_2' })),
    read('checkout', aCheckoutSession({ id: 'cs_2', customer: 'cus_2', subscription: 'sub_22', invoice: null })),
  ];
  expect(share(objects, ['sub_2'])).toEqual(['cs_2', 'cus_2', 'in_22', 'sub_2']);
});

test('CR6: what names another customer stays, whatever was believed of it before', () => {
  const objects = [read('checkout', aCheckoutSession({ id: 'cs_1', customer: 'cus_1' }))];
  expect(share(objects, ['cs_1'])).toEqual(['cus_2']);
});

test('CR6: a document that names its customer needs no history', () => {
  const subscription = { ...read('subscription', aSubscription({ id: 'sub_3' })), customerId: 'cus_2' };
  expect(share([subscription])).toEqual(['cus_2', 'sub_3']);
});
