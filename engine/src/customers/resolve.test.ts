import { expect, test } from 'vitest';
import { verifySubjects } from '../billing/verify.ts';
import { anIdentityLine } from '../testing/identity-line.ts';
import { aCheckoutSession, aCustomer, anInvoice, BOUGHT_AT } from '../testing/index.ts';
import { ownersOf, readAliases } from './alias-store.ts';
import { readHistory } from './history-store.ts';
import { mergeCustomers } from './merge.ts';
import { markEmailVerified } from './prove-address.ts';

const aGuestSession = (overrides: Record<string, unknown> = {}) =>
  aCheckoutSession({
    id: 'cs_test_9',
    customer: null,
    subscription: null,
    invoice: null,
    created: BOUGHT_AT + 9,
    ...overrides,
  });

test('CR7: the owner of an object is found by id, also through whom its holder was merged into', async () => {
  const line = await anIdentityLine();
  const keep = await line.buys(1);
  const merge = await line.buys(2, { email: 'ada@work.example' });
  expect(await ownersOf(line.db, [])).toEqual(new Map());
  expect(await ownersOf(line.db, ['sub_1', 'in_2', 'in_nobody'])).toEqual(
    new Map([
      ['sub_1', 'cus_1'],
      ['in_2', 'cus_2'],
    ]),
  );
  await mergeCustomers(line.context, { keep: keep.id, merge: merge.id, by: 'rule', reason: 'A test.' });
  expect(await ownersOf(line.db, ['in_2', 'cus_2'])).toEqual(
    new Map([
      ['in_2', 'cus_1'],
      ['cus_2', 'cus_1'],
    ]),
  );
  // Chains are followed, and a circle, which nothing makes, ends.
  await line.db
    .insertInto('object_alias')
    .values([{ object_id: 'ch_1', subject_id: 'cus_2' }])
    .execute();
  expect(await readAliases(line.db, ['ch_1', 'cus_1'])).toEqual(new Map([['ch_1', 'cus_1']]));
});

test('CR7: a checkout that names nobody is of whoever holds the invoice it refers to', async () => {
  const line = await anIdentityLine();
  await line.buys(1);
  await line.tell('checkout.session.completed', aGuestSession({ invoice: 'in_1' }), 30);
  await line.settle();
  expect(await line.customers()).toMatchObject([{ subject_id: 'cus_1' }]);
  expect(await ownersOf(line.db, ['cs_test_9'])).toEqual(new Map([['cs_test_9', 'cus_1']]));
  expect(await line.aliases()).toEqual({ cs_test_9: 'cus_1' });
  // What comes for it later goes the same way.
  await line.tell('checkout.session.completed', aGuestSession({ invoice: null, amount_total: 7 }), 60);
  await line.settle();
  expect(await line.subject('cs_test_9')).toMatchObject({ wanted: 2, done: 2 });
  await line.expectWhole();
});

test('CR5: a guest who was known, and whom Stripe then says to be a customer who is known, is merged with history', async () => {
  const line = await anIdentityLine();
  const keep = await line.buys(1);
  await line.tell(
    'checkout.session.completed',
    aGuestSession({ mode: 'payment', metadata: { onpaid_plan: 'solo' } }),
    30,
  );
  await line.settle();
  await line.sendAll();
  expect(await line.customers()).toHaveLength(2);
  const { stripe } = line.context;
  const named = {
    readSubject: async (...args: Parameters<NonNullable<typeof stripe>['readSubject']>) => {
      const snapshot = await stripe?.readSubject(...args);
      if (snapshot === undefined) throw new Error('There is no Stripe.');
      return { ...snapshot, ownerId: args[0].startsWith('cs_') ? 'cus_1' : null };
    },
  };
  await line.tell(
    'checkout.session.completed',
    aGuestSession({ mode: 'payment', metadata: { onpaid_plan: 'solo' }, amount_total: 7 }),
    60,
  );
  line.context.stripe = named;
  await line.settle();
  expect(await line.customers()).toMatchObject([
    { id: keep.id, access_plans: expect.arrayContaining(['team', 'solo']) },
  ]);
  expect(await readHistory(line.db, keep.id)).toMatchObject([
    { by: 'rule', reason: 'Stripe says that cs_test_9 is of cus_1.' },
  ]);
  expect(await line.effects('account:cs_test_9%')).toMatchObject({
    'account:cs_test_9@app': { data: { reason: 'merged' } },
  });
  await line.expectWhole();
});

test('CR7: a guest who stayed the main one is read, though Stripe says that it is of the customer merged into it', async () => {
  const line = await anIdentityLine();
  await line.tell(
    'checkout.session.completed',
    aGuestSession({ mode: 'payment', metadata: { onpaid_plan: 'solo' } }),
    1,
  );
  await line.settle();
  await line.buys(10);
  await markEmailVerified(line.context, 'ada@example.com');
  await line.settle();
  expect(await line.aliases()).toEqual({ cus_10: 'cs_test_9' });
  const { stripe } = line.context;
  if (stripe === null) throw new Error('There is no Stripe.');
  line.context.stripe = {
    readSubject: async (...args) => ({ ...(await stripe.readSubject(...args)), ownerId: 'cus_10' }),
  };
  await line.tell('customer.updated', aCustomer({ id: 'cus_10', name: 'Ada King' }), 60);
  await line.settle();
  expect(await line.subject('cs_test_9')).toMatchObject({ verify_at: null });
  expect(await verifySubjects(line.context, { budgetMs: 0 })).toBe(0);
  expect(await line.customers()).toMatchObject([{ subject_id: 'cs_test_9', stripe_customer_id: 'cus_10' }]);
  await line.expectWhole();
});

test('CR7: an invoice under the name of nobody is of whoever holds its subscription', async () => {
  const line = await anIdentityLine();
  await line.buys(1);
  await line.tell('invoice.paid', anInvoice({ id: 'in_9', customer: null, created: BOUGHT_AT + 9 }), 30);
  await line.settle();
  expect(await ownersOf(line.db, ['in_9'])).toEqual(new Map([['in_9', 'cus_1']]));
  expect(await line.customers()).toHaveLength(1);
});
