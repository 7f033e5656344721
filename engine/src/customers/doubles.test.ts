import { expect, test } from 'vitest';
import { anIdentityLine } from '../testing/identity-line.ts';
import { aCustomer, aSubscription, BOUGHT_AT } from '../testing/index.ts';
import { mergeCustomers } from './merge.ts';
import { splitCustomer } from './split.ts';

const decided = { by: 'rule', reason: 'A test.' };

/** `cus_1` with two subscriptions, the second as given. */
async function buysTwice(second: Record<string, unknown> = {}) {
  const line = await anIdentityLine();
  const { id } = await line.buys(1);
  const tell = async (fields: Record<string, unknown>, after: number) => {
    const subscription = aSubscription({ id: 'sub_9', created: BOUGHT_AT + 9, latest_invoice: null, ...fields });
    line.atStripe.set('cus_1', [
      ['customer', aCustomer()],
      ['subscription', aSubscription()],
      ['subscription', subscription],
    ]);
    await line.tell('customer.subscription.updated', subscription, after);
    await line.settle();
  };
  await tell(second, 60);
  return { line, id, tell };
}

test('CR10: two live subscriptions to one plan open one issue, which says what to do, and is closed when one ends', async () => {
  const { line, id, tell } = await buysTwice();
  const title = `Customer ${id} pays 2 times for Team (sub_1, sub_9); cancel and refund the newer, sub_9`;
  expect(await line.issues()).toEqual([{ cause: 'two_subscriptions', state: 'open', title }]);
  expect(await line.customers()).toMatchObject([{ access_allowed: true }]);
  await tell({ quantity: 2 }, 61);
  expect(await line.issues()).toHaveLength(1);
  await tell({ status: 'canceled', ended_at: BOUGHT_AT + 62 }, 62);
  expect(await line.issues()).toEqual([{ cause: 'two_subscriptions', state: 'resolved', title }]);
  expect(Object.keys(await line.effects('issue%'))).toEqual([
    expect.stringMatching(/^issue_opened:/),
    expect.stringMatching(/^issue_resolved:/),
  ]);
  await line.expectWhole();
});

test.each<[string, Record<string, unknown>]>([
  ['a subscription to another plan', { lookupKey: 'solo_monthly' }],
  ['one that ends by itself', { cancel_at_period_end: true }],
  ['one that was never paid for', { status: 'incomplete' }],
])('CR10: %s is no second one', async (_, fields) => {
  const { line } = await buysTwice(fields);
  expect(await line.issues()).toEqual([]);
});

test('CR10: a merge that shows somebody to pay twice says so, and a split takes it back', async () => {
  const line = await anIdentityLine();
  const keep = await line.buys(1);
  const merge = await line.buys(2, { email: 'ada@work.example' });
  await mergeCustomers(line.context, { keep: keep.id, merge: merge.id, ...decided });
  await line.settle();
  expect(await line.issues()).toMatchObject([{ cause: 'two_subscriptions', state: 'open' }]);
  await splitCustomer(line.context, { stripeCustomerId: 'cus_2', ...decided });
  expect(await line.issues()).toMatchObject([{ state: 'resolved' }]);
});

test('CR10: the issue of a customer who is merged away is closed with them', async () => {
  const { line, id } = await buysTwice();
  const keep = await line.buys(2, { plan: 'solo', email: 'ada@work.example' });
  await mergeCustomers(line.context, { keep: keep.id, merge: id, ...decided });
  await line.settle();
  expect(await line.issues()).toMatchObject([
    { state: 'resolved', title: expect.stringContaining(id) },
    { state: 'open', title: expect.stringContaining(keep.id) },
  ]);
});
