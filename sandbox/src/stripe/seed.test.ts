import { expect, it } from 'vitest';
import { openShop, stock } from './testing/shop.ts';

const day = 86_400;
const start = Date.parse('2026-05-20T12:00:00Z') / 1000;

it('a seeded account has a past that nobody was told of, and goes on from there', async () => {
  const { stripe, control } = await openShop({ now: () => new Date(start * 1000) });
  const { body } = await control('POST', '/seed', { customers: 200, createdDaysAgo: 120 });
  expect(body).toMatchObject({ subscriptions: { active: 188, canceled: 4, past_due: 4, trialing: 4 } });
  expect((await stripe.events.list()).data).toEqual([]);

  const subscriptions = await stripe.subscriptions
    .list({ status: 'all', limit: 100 })
    .autoPagingToArray({ limit: 1000 });
  const counts = Map.groupBy(subscriptions, (subscription) => subscription.status);
  expect([...counts].map(([status, { length }]) => [status, length]).toSorted()).toEqual([
    ['active', 188],
    ['canceled', 4],
    ['past_due', 4],
    ['trialing', 4],
  ]);
  const invoices = await stripe.invoices.list({ limit: 100, status: 'paid' }).autoPagingToArray({ limit: 1000 });
  const paid = Map.groupBy(invoices, (invoice) => String(invoice.customer));
  for (const { customer, status, items } of subscriptions) {
    expect([1, 2]).toContain(paid.get(String(customer))?.length);
    if (status === 'active') expect(items.data[0]?.current_period_end).toBeGreaterThan(start);
  }
  const [customer] = (await stripe.customers.list({ email: 'customer-7@example.com' })).data;
  expect(customer).toMatchObject({ created: start - 120 * day, delinquent: false });

  await control('POST', '/clock', { advanceSeconds: 31 * day });
  expect((await stripe.events.list({ type: 'invoice.paid' })).data).not.toEqual([]);
});

it('a seeded account sells what the shop sells, and tells of its past when asked to', async () => {
  const { stripe, control } = await openShop();
  const { monthly, yen } = await stock(stripe);
  await control('POST', '/seed', { customers: 4, createdDaysAgo: 2, withEvents: true });
  const { data } = await stripe.subscriptions.list();
  expect(new Set(data.map((subscription) => subscription.items.data[0]?.price.id))).toEqual(
    new Set([monthly.id, yen.id]),
  );
  expect((await stripe.events.list({ type: 'customer.subscription.created' })).data).toHaveLength(4);
});
