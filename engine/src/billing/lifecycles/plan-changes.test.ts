import { expect, test } from 'vitest';
import { aCustomer, anInvoice, aPlan, aPolicy, aPrice, aSubscription, BOUGHT_AT } from '../../testing/index.ts';
import { aLife, onDay } from '../../testing/life.ts';
import { anEntitlementSummary } from '../../testing/payment-objects.ts';

const starter = aPlan('starter', { grants: ['app'] });
const team = aPlan('team', { grants: ['app', 'team'] });
const policy = aPolicy({ plans: [starter, team] });

function aSubscriberOf(key: string, options: { policy?: typeof policy; key?: boolean } = {}) {
  const life = aLife({ policy, ...options });
  life.told(
    onDay(0),
    ['customer.created', aCustomer()],
    ['invoice.paid', anInvoice()],
    ['customer.subscription.created', aSubscription({ lookupKey: `${key}_monthly` })],
  );
  return life;
}

/** As Stripe writes it: what is left of the old plan comes first, then the rest of the new one. */
function aProration() {
  const line = (id: string, amount: number, price: string) => ({
    id,
    object: 'line_item',
    amount,
    currency: 'usd',
    parent: { type: 'invoice_item_details', invoice_item_details: { proration: true, subscription: 'sub_1' } },
    pricing: { type: 'price_details', price_details: { price, product: 'prod_1' } },
  });
  const data = [line('il_1', -600, 'price_starter_monthly'), line('il_2', 2450, 'price_team_monthly')];
  return anInvoice({
    id: 'in_2',
    amountCents: 1850,
    billing_reason: 'subscription_update',
    created: BOUGHT_AT + 15 * 86_400,
    lines: { object: 'list', data, has_more: false, total_count: 2, url: '/v1/invoices/in_2/lines' },
  });
}

test('BS6: an upgrade with a proration of several lines is the plan that the items say', () => {
  const life = aSubscriberOf('starter');
  const step = life.told(
    onDay(15),
    ['invoice.paid', aProration()],
    [
      'customer.subscription.updated',
      aSubscription({ lookupKey: 'team_monthly', latest_invoice: 'in_2' }),
      { items: aSubscription({ lookupKey: 'starter_monthly' }).items },
    ],
  );
  expect(step).toMatchObject({ plan: 'team', billing: 'active', says: [] });
  expect(life.access).toMatchObject({ plans: ['team'], grants: ['app', 'team'] });
});

test('BS6: a proration that arrives alone changes no plan', () => {
  const life = aSubscriberOf('starter');
  expect(life.told(onDay(15), ['invoice.paid', aProration()])).toMatchObject({ plan: 'starter', says: [] });
});

test('BS8: a downgrade takes what it no longer gives once Stripe was read, and nothing is said of an ending', () => {
  const life = aSubscriberOf('team', { key: true });
  const down = aSubscription({ lookupKey: 'starter_monthly' });
  life.told(onDay(15), ['customer.subscription.updated', down]);
  expect(life.access.grants).toEqual(['app', 'team']);
  const read = life.read(onDay(15, 5), ['customer', aCustomer()], ['subscription', down], ['invoice', anInvoice()]);
  expect(read).toMatchObject({ plan: 'starter', allow: true });
  expect(read.says.filter((id) => id.startsWith('access_ended'))).toEqual([]);
  expect(life.access.grants).toEqual(['app']);
});

test('BS6: a subscription of several items gives what each of them gives', () => {
  const life = aSubscriberOf('starter');
  const both = aSubscription();
  const items = both.items as { data: Record<string, unknown>[] };
  const [first] = items.data;
  const data = ['starter', 'team'].map((key) => ({
    ...first,
    id: `si_${key}`,
    price: aPrice({ id: `price_${key}`, lookup_key: `${key}_monthly` }),
  }));
  life.told(onDay(3), ['customer.subscription.updated', { ...both, items: { ...items, data } }]);
  expect(life.access).toMatchObject({ plans: ['starter', 'team'], grants: ['app', 'team'] });
});

test.each<[string, Parameters<typeof aPlan>[1]]>([
  ['the prices', { priceIds: ['price_2019'] }],
  ['the products', { productIds: ['prod_team'] }],
])('AC13: a plan is known by %s named for it as well, where an account has no lookup keys', (_, change) => {
  const life = aLife({ policy: aPolicy({ plans: [aPlan('team', change)] }) });
  const step = life.told(
    onDay(0),
    ['customer.created', aCustomer()],
    ['invoice.paid', anInvoice()],
    ['customer.subscription.created', aSubscription({ priceId: 'price_2019', lookupKey: null })],
  );
  expect(step).toMatchObject({ allow: true, plan: 'team' });
});

test('AC13: of one product sold at two prices, the price that is named says which plan it is', () => {
  const plans = [aPlan('starter', { priceIds: ['price_small'] }), aPlan('team', { productIds: ['prod_team'] })];
  const life = aLife({ policy: aPolicy({ plans }) });
  const ofProduct = (priceId: string) => aSubscription({ priceId, lookupKey: null });
  life.told(onDay(0), ['customer.subscription.created', ofProduct('price_small')]);
  expect(life.access.plans).toEqual(['starter']);
  life.told(onDay(1), ['customer.subscription.updated', ofProduct('price_large')]);
  expect(life.access.plans).toEqual(['team']);
});

test('AC2: two subscriptions at once are both kept, and what they give is joined', () => {
  const life = aSubscriberOf('starter');
  const step = life.told(
    onDay(1),
    ['customer.subscription.created', aSubscription({ id: 'sub_2', created: BOUGHT_AT + 86_400 })],
    ['invoice.paid', anInvoice({ id: 'in_2', subscriptionId: 'sub_2' })],
  );
  expect(step).toMatchObject({ allow: true, billing: 'active' });
  expect(life.access).toMatchObject({ plans: ['starter', 'team'], grants: ['app', 'team'] });
});

test('BS5: what Stripe’s own entitlements give is joined while there is access, and replaced as a whole', () => {
  const life = aSubscriberOf('starter');
  const type = 'entitlements.active_entitlement_summary.updated';
  life.told(onDay(1), [type, anEntitlementSummary('exports', 'sso')]);
  expect(life.access.grants).toEqual(['app', 'exports', 'sso']);
  life.told(onDay(2), [type, anEntitlementSummary('sso')]);
  expect(life.access.grants).toEqual(['app', 'sso']);
  life.told(onDay(3), ['customer.subscription.deleted', aSubscription({ status: 'canceled' })]);
  expect(life.access.grants).toEqual([]);
});

test('BS6: a change that waits for its payment is no change until it is applied', () => {
  const life = aSubscriberOf('starter');
  const waiting = aSubscription({
    lookupKey: 'starter_monthly',
    pending_update: { expires_at: BOUGHT_AT + 2 * 86_400, subscription_items: aSubscription().items },
  });
  expect(life.told(onDay(1), ['customer.subscription.updated', waiting]).plan).toBe('starter');
  expect(life.told(onDay(1, 60), ['customer.subscription.pending_update_applied', aSubscription()]).plan).toBe('team');
});
