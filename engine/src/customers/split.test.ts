import { expect, test } from 'vitest';
import { anIdentityLine } from '../testing/identity-line.ts';
import { aCustomer, anInvoice, aSubscription, BOUGHT_AT } from '../testing/index.ts';
import { readHistory } from './history-store.ts';
import { mergeCustomers } from './merge.ts';
import { markEmailVerified } from './prove-address.ts';
import { splitCustomer } from './split.ts';

const decided = { by: 'grace@northwind.example', reason: 'They are two people.' };

/** Two buyers whom everything was sent to, merged and at rest. */
async function aMergedBuyer() {
  const line = await anIdentityLine();
  const keep = await line.buys(1);
  const merge = await line.buys(2, { email: 'ada@work.example', plan: 'solo' });
  await line.sendAll();
  const customersBefore = await line.customers();
  const effectsBefore = await line.effects();
  await mergeCustomers(line.context, { keep: keep.id, merge: merge.id, by: 'rule', reason: 'A mistake.' });
  await line.settle();
  await line.sendAll();
  const split = () => splitCustomer(line.context, { stripeCustomerId: 'cus_2', ...decided });
  return { line, keep, merge, customersBefore, effectsBefore, split };
}

const told = ({
  id,
  subject_id,
  email,
  plan,
  billing,
  access_allowed,
  access_plans,
  access_reason,
  first_paid_at,
}: Record<string, unknown>) => ({
  id,
  subject_id,
  email,
  plan,
  billing,
  access_allowed,
  access_plans,
  access_reason,
  first_paid_at,
});

test('CR6: a split undoes a merge: both are what they were, under their own names, and nothing is sent twice', async () => {
  const { line, keep, merge, customersBefore, effectsBefore, split } = await aMergedBuyer();
  expect(await split()).toEqual({ result: 'split', customerId: merge.id, keptCustomerId: keep.id });
  await line.settle();

  expect((await line.customers()).map(told)).toEqual(customersBefore.map(told));
  const effects = await line.effects();
  expect(effects).toMatchObject({
    'account:cus_1@app': { state: 'planned', subject_id: 'cus_1', data: { access: true, plans: ['team'] } },
    'account:cus_2@app': { state: 'planned', subject_id: 'cus_2', data: { access: true, plans: ['solo'] } },
    'contact:cus_2@crm': { state: 'planned', subject_id: 'cus_2' },
    'welcome:sub_1@email': { state: 'sent', subject_id: 'cus_1' },
    'welcome:sub_2@email': { state: 'sent', subject_id: 'cus_2' },
  });
  const notices = Object.keys(effects).filter((id) => id.startsWith('issue_'));
  expect(Object.keys(effects).filter((id) => !notices.includes(id))).toEqual(Object.keys(effectsBefore));
  expect(await line.issues()).toMatchObject([{ cause: 'merged_contact', state: 'resolved' }]);
  expect(await line.aliases()).toEqual({});
  expect((await readHistory(line.db, keep.id)).map(({ what, by }) => [what, by])).toEqual([
    ['merged', 'rule'],
    ['split', decided.by],
  ]);
  await line.expectWhole();
});

test('CR6: what came since the merge goes along, and what comes after the split is their own', async () => {
  const { line, split } = await aMergedBuyer();
  const renewal = anInvoice({ id: 'in_22', customer: 'cus_2', subscriptionId: 'sub_2', created: BOUGHT_AT + 90 });
  await line.tell('invoice.paid', renewal, 90);
  line.atStripe.get('cus_2')?.push(['invoice', renewal]);
  await line.settle();
  await split();
  await line.settle();
  const renamed = aCustomer({ id: 'cus_2', name: 'Second', email: 'ada@work.example' });
  line.atStripe.get('cus_2')?.splice(0, 1, ['customer', renamed]);
  await line.tell('customer.updated', renamed, 120);
  await line.settle();

  const objects = await line.db.selectFrom('billing_object').select(['id', 'subject_id']).orderBy('id').execute();
  expect(Object.fromEntries(objects.map((it) => [it.id, it.subject_id]))).toEqual({
    cus_1: 'cus_1',
    in_1: 'cus_1',
    sub_1: 'cus_1',
    cus_2: 'cus_2',
    in_2: 'cus_2',
    in_22: 'cus_2',
    sub_2: 'cus_2',
  });
  const events = await line.db.selectFrom('event').select(['object_id', 'subject_id']).execute();
  expect(events.filter((it) => it.object_id?.endsWith('2') !== it.subject_id?.endsWith('2'))).toEqual([]);
  expect((await line.customers()).map((it) => it.name)).toEqual(['Ada Lovelace', 'Second']);
  await line.expectWhole();
});

test('CR6: who had access through the other alone loses it at once, and no mail speaks of an ending', async () => {
  const line = await anIdentityLine();
  const keep = await line.buys(1, { status: 'canceled' });
  const merge = await line.buys(2, { email: 'ada@work.example' });
  await mergeCustomers(line.context, { keep: keep.id, merge: merge.id, ...decided });
  await line.settle();
  expect(await line.customers()).toMatchObject([{ access_allowed: true }]);
  await splitCustomer(line.context, { stripeCustomerId: 'cus_2', ...decided });
  expect(await line.customers()).toMatchObject([
    { id: keep.id, access_allowed: false },
    { id: merge.id, access_allowed: true },
  ]);
  await line.settle();
  expect(await line.effects('access_ended:%')).toEqual({});
  expect(await line.effects('account:cus_1%')).toMatchObject({ 'account:cus_1@app': { data: { access: false } } });
});

test('CR6: splitting again changes nothing, and what was never merged cannot be split', async () => {
  const { line, split } = await aMergedBuyer();
  await split();
  await line.settle();
  const before = await line.customers();
  expect(await split()).toEqual({ result: 'already_split' });
  expect(await splitCustomer(line.context, { stripeCustomerId: 'cus_1', ...decided })).toEqual({
    result: 'never_merged',
  });
  expect(await line.customers()).toEqual(before);
});

test('CR6: they can be merged once more, and split once more', async () => {
  const { line, keep, merge, customersBefore, split } = await aMergedBuyer();
  await split();
  await line.settle();
  expect(await mergeCustomers(line.context, { keep: keep.id, merge: merge.id, ...decided })).toMatchObject({
    result: 'merged',
  });
  await line.settle();
  expect(await line.customers()).toHaveLength(1);
  expect(await split()).toMatchObject({ result: 'split' });
  await line.settle();
  expect((await line.customers()).map(told)).toEqual(customersBefore.map(told));
  await line.expectWhole();
});

test('CR6: of a merge into a merge, either can be split alone', async () => {
  const { line, keep, merge } = await aMergedBuyer();
  const first = await line.buys(3, { email: 'grace@example.com' });
  await mergeCustomers(line.context, { keep: first.id, merge: keep.id, ...decided });
  await line.settle();
  expect(await line.aliases()).toEqual({ cus_1: 'cus_3', cus_2: 'cus_3' });

  await splitCustomer(line.context, { stripeCustomerId: 'cus_2', ...decided });
  await line.settle();
  expect(await line.aliases()).toEqual({ cus_1: 'cus_3' });
  expect((await line.customers()).map((it) => [it.id, it.access_plans])).toEqual([
    [merge.id, ['solo']],
    [first.id, ['team']],
  ]);
  await splitCustomer(line.context, { stripeCustomerId: 'cus_1', ...decided });
  await line.settle();
  expect(new Set((await line.customers()).map((it) => it.subject_id))).toEqual(new Set(['cus_1', 'cus_2', 'cus_3']));
  await line.expectWhole();
});

test('CR6: one that consists of two is split off with both', async () => {
  const { line, keep } = await aMergedBuyer();
  const first = await line.buys(3, { email: 'grace@example.com' });
  await mergeCustomers(line.context, { keep: first.id, merge: keep.id, ...decided });
  await line.settle();
  await splitCustomer(line.context, { stripeCustomerId: 'cus_1', ...decided });
  await line.settle();
  expect(await line.aliases()).toEqual({ cus_2: 'cus_1' });
  expect(await line.customers()).toMatchObject([
    { id: keep.id, access_plans: ['team', 'solo'] },
    { id: first.id, access_plans: ['team'] },
  ]);
  await line.expectWhole();
});

test('CR12: whom a person has split, no rule joins again, not even as part of another', async () => {
  const line = await anIdentityLine();
  const one = await line.buys(1);
  const other = await line.buys(2);
  await markEmailVerified(line.context, 'ada@example.com');
  await line.settle();
  expect(await line.customers()).toHaveLength(1);
  await splitCustomer(line.context, { stripeCustomerId: 'cus_2', ...decided });
  await line.settle();
  await markEmailVerified(line.context, 'ada@example.com');
  expect((await line.customers()).map((it) => it.id)).toEqual([one.id, other.id]);

  const third = await line.buys(3, { email: 'ada@work.example' });
  await mergeCustomers(line.context, { keep: third.id, merge: one.id, ...decided });
  await line.settle();
  await markEmailVerified(line.context, 'ada@example.com');
  expect((await line.customers()).map((it) => it.id).sort()).toEqual([other.id, third.id].sort());
});

test('CR6: a subscription that was canceled meanwhile comes back as what it is', async () => {
  const { line, split } = await aMergedBuyer();
  const canceled = aSubscription({ id: 'sub_2', customer: 'cus_2', status: 'canceled', ended_at: BOUGHT_AT + 90 });
  await line.tell('customer.subscription.deleted', canceled, 90);
  line.atStripe.set('cus_2', [
    ['customer', aCustomer({ id: 'cus_2', email: 'ada@work.example' })],
    ['subscription', canceled],
  ]);
  await line.settle();
  await split();
  await line.settle();
  expect(await line.customers()).toMatchObject([
    { subject_id: 'cus_1', access_allowed: true },
    { subject_id: 'cus_2', access_allowed: false, billing: 'canceled' },
  ]);
});
