import { expect, test } from 'vitest';
import { accountsOf } from '../observe/accounts-store.ts';
import { getCustomer } from '../observe/customers-store.ts';
import { anIdentityLine } from '../testing/identity-line.ts';
import { aCheckoutSession, aCustomer, aSubscription, BOUGHT_AT } from '../testing/index.ts';
import { readHistory } from './history-store.ts';
import { mergeCustomers } from './merge.ts';
import { markEmailVerified } from './prove-address.ts';

const decided = { by: 'grace@northwind.example', reason: 'They wrote to us.' };

/** A purchase by somebody whom Stripe made no customer of. */
const aGuestCheckout = (number: number, email: string) =>
  aCheckoutSession({
    id: `cs_test_${number}`,
    mode: 'payment',
    customer: null,
    subscription: null,
    invoice: null,
    payment_intent: `pi_${number}`,
    metadata: { onpaid_plan: 'team' },
    customer_details: { email, name: `Guest ${number}` },
    created: BOUGHT_AT + number,
  });

test('CR8: two checkouts with one address, whatever its case and space, are one buyer once it is proven, and not before', async () => {
  const line = await anIdentityLine();
  const oldest = await line.buys(1, { email: 'Ada@Example.com' });
  await line.buys(2, { email: ' ada@example.com ', plan: 'solo' });
  await line.settle();
  expect(await line.customers()).toHaveLength(2);

  expect(await markEmailVerified(line.context, 'ADA@example.com ')).toBe(3);
  await line.settle();
  expect(await line.customers()).toMatchObject([
    { id: oldest.id, email_verified_at: expect.any(Date), access_plans: ['team', 'solo'] },
  ]);
  expect(await readHistory(line.db, oldest.id)).toMatchObject([{ what: 'merged', by: 'rule', fromSubjectId: 'cus_2' }]);
  expect(await markEmailVerified(line.context, 'ada@example.com')).toBe(0);
  await line.expectWhole();
});

test('CR8: guest checkouts with one address are one buyer once it is proven', async () => {
  const line = await anIdentityLine();
  for (const number of [1, 2]) {
    await line.tell('checkout.session.completed', aGuestCheckout(number, 'ada@example.com'), number);
    await line.settle();
  }
  expect(await line.customers()).toMatchObject([{ stripe_customer_id: null }, { stripe_customer_id: null }]);
  await markEmailVerified(line.context, 'ada@example.com');
  await line.settle();
  expect(await line.customers()).toMatchObject([{ subject_id: 'cs_test_1', access_allowed: true, name: 'Guest 1' }]);
  const account = await line.buys(3);
  await markEmailVerified(line.context, 'ada@example.com');
  await line.settle();
  // The oldest stays who they are; the portal knows which customer to open at Stripe.
  expect(await line.customers()).toMatchObject([{ subject_id: 'cs_test_1', stripe_customer_id: account.stripeId }]);
  await line.expectWhole();
});

test('CR8: checkouts in two tabs, paid twice, keep the access of both and are joined at sign-in', async () => {
  const line = await anIdentityLine();
  await Promise.all([line.buys(1), line.buys(2)]);
  await markEmailVerified(line.context, 'ada@example.com');
  await line.settle();
  expect(await line.customers()).toMatchObject([{ access_allowed: true, access_plans: ['team'] }]);
  const canceled = aSubscription({ id: 'sub_1', status: 'canceled', ended_at: BOUGHT_AT + 60 });
  line.atStripe.set('cus_1', [
    ['customer', aCustomer()],
    ['subscription', canceled],
  ]);
  await line.tell('customer.subscription.deleted', canceled, 60);
  await line.settle();
  // The best of all that they bought counts.
  expect(await line.customers()).toMatchObject([{ access_allowed: true, access_reason: { subscriptionId: 'sub_2' } }]);
  await line.expectWhole();
});

test('CR8: an address that nobody has proven joins nobody, and neither does one that differs by a plus tag', async () => {
  const line = await anIdentityLine();
  await line.buys(1);
  await line.buys(2);
  await line.buys(3, { email: 'ada+tools@example.com' });
  await markEmailVerified(line.context, 'ada+tools@example.com');
  await line.settle();
  const customers = await line.customers();
  expect(customers.map((it) => it.email_verified_at !== null)).toEqual([false, false, true]);
});

test('CR8: whoever comes to have a proven address later is joined when it is proven again', async () => {
  const line = await anIdentityLine();
  const { id } = await line.buys(1);
  await markEmailVerified(line.context, 'ada@example.com');
  const later = await line.buys(2);
  expect((await line.customers()).map((it) => it.id)).toEqual([id, later.id]);
  await markEmailVerified(line.context, 'ada@example.com');
  expect((await line.customers()).map((it) => it.id)).toEqual([id]);
});

test('CR9: an address changed at Stripe takes its proof with it, and the new one joins nobody', async () => {
  const line = await anIdentityLine();
  const own = await line.buys(1);
  await markEmailVerified(line.context, 'ada@example.com');
  const victim = await line.buys(2, { email: 'eve@example.com' });
  await markEmailVerified(line.context, 'eve@example.com');
  const moved = aCustomer({ email: 'eve@example.com' });
  line.atStripe.get('cus_1')?.splice(0, 1, ['customer', moved]);
  await line.tell('customer.updated', moved, 60);
  await line.settle();
  expect(await line.customers()).toMatchObject([
    { id: own.id, email: 'eve@example.com', email_verified_at: null },
    { id: victim.id, email_verified_at: expect.any(Date) },
  ]);
});

test('CR9: an address changed at a customer who was merged redirects nothing and opens nothing', async () => {
  const line = await anIdentityLine();
  const keep = await line.buys(1);
  const merge = await line.buys(2, { email: 'ada@work.example' });
  await markEmailVerified(line.context, 'ada@example.com');
  await mergeCustomers(line.context, { keep: keep.id, merge: merge.id, ...decided });
  const moved = aCustomer({ id: 'cus_2', email: 'eve@example.com' });
  line.atStripe.get('cus_2')?.splice(0, 1, ['customer', moved]);
  await line.tell('customer.updated', moved, 60);
  await line.settle();
  expect(await line.customers()).toMatchObject([{ email: 'ada@example.com', email_verified_at: expect.any(Date) }]);
  await markEmailVerified(line.context, 'eve@example.com');
  expect(await accountsOf(line.db, 'eve@example.com')).toEqual([]);
});

test('CR11: a merged customer is found by any of their addresses that is verified, and by no other', async () => {
  const line = await anIdentityLine();
  const keep = await line.buys(1);
  const merge = await line.buys(2, { email: 'Ada@Work.example' });
  await mergeCustomers(line.context, { keep: keep.id, merge: merge.id, ...decided });
  await line.settle();
  const found = async (email: string) => (await accountsOf(line.db, email)).map((account) => account.id);
  expect(await found('ada@work.example')).toEqual([]);
  // Signing in is what proves it.
  expect(await markEmailVerified(line.context, 'ada@work.example')).toBe(1);
  expect(await found(' ADA@work.example')).toEqual([keep.id]);
  expect(await found('ada@example.com')).toEqual([keep.id]);
  expect(await found('work.example')).toEqual([]);
  for (const name of ['cus_2', merge.id, 'ada@work.example', 'sub_2']) {
    expect((await getCustomer(line.db, name))?.id).toBe(keep.id);
  }
});

test('CR11: paying with the address of somebody else shows the payer nothing of theirs, and changes nothing of theirs', async () => {
  const line = await anIdentityLine();
  const victim = await line.buys(1, { email: 'victim@example.com' });
  await markEmailVerified(line.context, 'victim@example.com');
  await line.settle();
  const [before] = await line.customers();
  await line.tell('checkout.session.completed', aGuestCheckout(7, 'victim@example.com'), 30);
  const payer = await line.buys(2, { email: 'victim@example.com', status: 'canceled' });
  // Nobody has read mail there since: they stay apart, and the payer's own address leads to nothing.
  const [after, ...others] = await line.customers();
  expect(after).toMatchObject({ id: victim.id, access_allowed: true, email_verified_at: before?.email_verified_at });
  expect(others).toMatchObject([
    { id: payer.id, email_verified_at: null, access_allowed: false },
    { subject_id: 'cs_test_7', email_verified_at: null },
  ]);
  await markEmailVerified(line.context, 'payer@example.com');
  expect(await accountsOf(line.db, 'payer@example.com')).toEqual([]);
  const { rows } = {
    rows: await line.db.selectFrom('effect').select('data').where('subject_id', '=', 'cus_1').execute(),
  };
  expect(JSON.stringify(rows)).not.toContain('Guest 7');
});

test('CR8: a customer deleted at Stripe and created again is the same buyer once the address is proven', async () => {
  const line = await anIdentityLine();
  const first = await line.buys(1);
  await markEmailVerified(line.context, 'ada@example.com');
  await line.sendAll();
  const canceled = aSubscription({ status: 'canceled', ended_at: BOUGHT_AT + 60 });
  await line.tell('customer.subscription.deleted', canceled, 60);
  line.atStripe.set('cus_1', [['subscription', canceled]]);
  line.deleted.add('cus_1');
  await line.settle();
  expect(await line.customers()).toMatchObject([
    { id: first.id, access_allowed: false, stripe_customer_id: 'cus_1', email: 'ada@example.com' },
  ]);
  await line.buys(2);
  await markEmailVerified(line.context, 'ada@example.com');
  await line.settle();
  expect(await line.customers()).toMatchObject([
    { id: first.id, access_allowed: true, billing: 'active', stripe_customer_id: 'cus_2' },
  ]);
  await line.expectWhole();
});
