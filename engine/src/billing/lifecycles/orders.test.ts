import { describe, expect, test } from 'vitest';
import type { Policy } from '../../config.ts';
import { aCheckoutSession, aCustomer, anInvoice, aPlan, aPolicy, aPrice, aSubscription } from '../../testing/index.ts';
import { aLife, onDay } from '../../testing/life.ts';
import { aPaymentIntent } from '../../testing/payment-objects.ts';

const policy = aPolicy({ plans: [aPlan('team')] });
const named = { metadata: { onpaid_plan: 'team' } };
const anOrder = (fields: Record<string, unknown> = {}) =>
  aCheckoutSession({ mode: 'payment', subscription: null, invoice: null, payment_intent: 'pi_1', ...fields });
const selling = (price: Record<string, unknown>) => ({
  line_items: { object: 'list', data: [{ id: 'li_1', object: 'item', price: aPrice({ recurring: null, ...price }) }] },
});
const welcomed = ['sale:cs_test_1@chat', 'welcome:cs_test_1@email'];

describe('bought once', () => {
  test('AC11: an order whose metadata names a plan gives it for good', () => {
    const life = aLife({ policy });
    const step = life.told(onDay(0), ['customer.created', aCustomer()], ['checkout.session.completed', anOrder(named)]);
    expect(step).toMatchObject({ billing: 'active', allow: true, why: 'lifetime', plan: 'team', says: welcomed });
    expect(life.access.until).toBeNull();
    expect(life.payloadOf('welcome:cs_test_1@email')).toMatchObject({ paid: { amountCents: 4900, currency: 'usd' } });
    expect(life.passes(onDay(3_650))).toMatchObject({ allow: true, why: 'lifetime', says: [] });
  });

  test.each<[string, Parameters<typeof aPlan>[1], Record<string, unknown>]>([
    ['the lookup key of its price', {}, { lookup_key: 'team_monthly' }],
    ['its price', { priceIds: ['price_old'] }, { id: 'price_old', lookup_key: null }],
    ['its product', { productIds: ['prod_forever'] }, { lookup_key: null, product: 'prod_forever' }],
  ])('AC11: what no metadata names is known by %s, once Stripe was read', (_, change, price) => {
    const life = aLife({ policy: aPolicy({ plans: [aPlan('team', change)] }), key: true });
    const told = life.told(onDay(0), ['customer.created', aCustomer()], ['checkout.session.completed', anOrder()]);
    expect(told).toMatchObject({ allow: false, says: [] });
    const read = life.read(onDay(0, 2), ['customer', aCustomer()], ['checkout', anOrder(selling(price))]);
    expect(read).toMatchObject({ allow: true, why: 'lifetime', plan: 'team', says: welcomed });
  });

  test('AC11: an order of something that is no plan of ours gives nothing and says nothing', () => {
    const life = aLife({ policy, key: true });
    life.told(onDay(0), ['customer.created', aCustomer()], ['checkout.session.completed', anOrder()]);
    const mug = anOrder(selling({ id: 'price_mug', lookup_key: null, product: 'prod_mug' }));
    expect(life.read(onDay(0, 2), ['customer', aCustomer()], ['checkout', mug])).toMatchObject({
      allow: false,
      why: 'never_paid',
      says: [],
    });
  });

  test('AC2: what was bought once outlasts a subscription beside it', () => {
    const life = aLife({ policy });
    life.told(
      onDay(0),
      ['customer.created', aCustomer()],
      ['checkout.session.completed', anOrder(named)],
      ['customer.subscription.created', aSubscription()],
      ['invoice.paid', anInvoice()],
    );
    const step = life.told(onDay(9), ['customer.subscription.deleted', aSubscription({ status: 'canceled' })]);
    expect(step).toMatchObject({ allow: true, why: 'lifetime', says: [] });
  });
});

describe('an order by bank debit', () => {
  const begun = (change: Partial<Policy> = {}) => {
    const life = aLife({ policy: { ...policy, ...change } });
    const unpaid = anOrder({ ...named, payment_status: 'unpaid' });
    const step = life.told(
      onDay(0),
      ['customer.created', aCustomer()],
      ['payment_intent.processing', aPaymentIntent({ status: 'processing' })],
      ['checkout.session.completed', unpaid],
    );
    return { life, step, unpaid };
  };

  test('EF19: waits for the money, and is welcomed when it has come, however many days that took', () => {
    const { life, step } = begun();
    expect(step).toMatchObject({ billing: 'processing', allow: false, why: 'payment_processing', says: [] });
    const paid = life.told(onDay(5), ['checkout.session.async_payment_succeeded', anOrder(named)]);
    expect(paid).toMatchObject({ billing: 'active', allow: true, why: 'lifetime' });
    expect(paid.says).toContain('welcome:cs_test_1@email');
  });

  test('AC7: says that it came to nothing, once, in either way it is told', () => {
    const { life, unpaid } = begun();
    const failed = life.told(onDay(5), ['checkout.session.async_payment_failed', unpaid]);
    expect(failed).toMatchObject({
      billing: 'failed',
      allow: false,
      why: 'payment_failed',
      says: ['order_failed:cs_test_1@email'],
    });
    const again = life.told(onDay(5, 2), [
      'payment_intent.payment_failed',
      aPaymentIntent({ status: 'requires_payment_method' }),
    ]);
    expect(again).toMatchObject({ why: 'payment_failed', says: [] });
    const other = begun();
    const byPayment = other.life.told(onDay(5), [
      'payment_intent.payment_failed',
      aPaymentIntent({ status: 'requires_payment_method' }),
    ]);
    expect(byPayment).toMatchObject({ why: 'payment_failed', says: ['order_failed:cs_test_1@email'] });
  });

  test('AC7: access that was given meanwhile, by policy, ends with its failure', () => {
    const { life, step, unpaid } = begun({ accessWhileProcessing: true });
    expect(step).toMatchObject({ allow: true, why: 'payment_processing' });
    const failed = life.told(onDay(5), ['checkout.session.async_payment_failed', unpaid]);
    expect(failed).toMatchObject({ allow: false, why: 'payment_failed' });
    expect(failed.says).toContain('access_ended:cs_test_1:1@email');
  });
});

describe('covered in full', () => {
  test('AC8: an order that a coupon pays for gives what it buys, and counts as no money', () => {
    const life = aLife({ policy });
    const free = anOrder({ ...named, amount_total: 0, payment_status: 'no_payment_required', payment_intent: null });
    const step = life.told(onDay(0), ['customer.created', aCustomer()], ['checkout.session.completed', free]);
    expect(step).toMatchObject({ billing: 'active', allow: true, why: 'lifetime', says: welcomed });
    expect(life.payloadOf('sale:cs_test_1@chat')).toMatchObject({ paid: null });
    expect(life.customer?.firstPaidAt).toBeNull();
  });

  test('AC8: so does a subscription, whose invoice of nothing is paid', () => {
    const life = aLife({ policy });
    const step = life.told(
      onDay(0),
      ['customer.created', aCustomer()],
      ['customer.subscription.created', aSubscription()],
      ['invoice.paid', anInvoice({ amountCents: 0 })],
      ['checkout.session.completed', aCheckoutSession({ amount_total: 0, payment_status: 'no_payment_required' })],
    );
    expect(step).toMatchObject({
      billing: 'active',
      allow: true,
      why: 'active',
      says: ['sale:sub_1@chat', 'welcome:sub_1@email'],
    });
    expect(life.customer?.firstPaidAt).toBeNull();
  });
});

test('AC6: a checkout that expired unpaid leaves nothing behind', () => {
  const life = aLife({ policy });
  const expired = anOrder({ ...named, status: 'expired', payment_status: 'unpaid', payment_intent: null });
  const step = life.told(onDay(1), ['customer.created', aCustomer()], ['checkout.session.expired', expired]);
  expect(step).toMatchObject({ billing: 'pending_payment', allow: false, why: 'never_paid', says: [] });
});
