import { describe, expect, it } from 'vitest';
import { buy, checkout, openShop, stock, submit } from '../testing/shop.ts';

describe('products and prices', () => {
  it('finds active prices by lookup key, in currencies with and without decimals', async () => {
    const { stripe } = await openShop();
    const { product, monthly, yen, once } = await stock(stripe);
    const found = await stripe.prices.list({ lookup_keys: ['pro_monthly'], active: true, expand: ['data.product'] });
    expect(found.data.map((price) => price.id)).toEqual([monthly.id]);
    expect(found.data[0]?.product).toMatchObject({ id: product.id, name: 'Pro' });
    expect(monthly.unit_amount_decimal?.toString()).toBe('2900');
    expect(yen).toMatchObject({ currency: 'jpy', unit_amount: 1200 });
    expect(once).toMatchObject({ type: 'one_time', recurring: null });

    await stripe.prices.update(monthly.id, { active: false });
    expect((await stripe.prices.list({ active: true })).data).toHaveLength(2);
  });

  it('moves a lookup key only when told to', async () => {
    const { stripe } = await openShop();
    const { product, monthly } = await stock(stripe);
    const next = { product: product.id, currency: 'usd', unit_amount: 3900, lookup_key: 'pro_monthly' } as const;
    await expect(stripe.prices.create(next)).rejects.toThrow(/already uses that lookup key/);
    const moved = await stripe.prices.create({ ...next, transfer_lookup_key: true });
    expect(moved.lookup_key).toBe('pro_monthly');
    expect((await stripe.prices.retrieve(monthly.id)).lookup_key).toBeNull();
  });
});

describe('customers', () => {
  it('are created, changed, found by e-mail and deleted, and a deleted one is still told of', async () => {
    const { stripe } = await openShop();
    const customer = await stripe.customers.create({ email: 'ada@example.com', metadata: { crm: '1', plan: 'x' } });
    await stripe.customers.update(customer.id, { name: 'Ada', metadata: { plan: '' } });
    const [found] = (await stripe.customers.list({ email: 'ada@example.com' })).data;
    expect(found).toMatchObject({ id: customer.id, name: 'Ada', metadata: { crm: '1' } });
    expect((await stripe.customers.list({ email: 'other@example.com' })).data).toEqual([]);

    const [updated] = (await stripe.events.list({ type: 'customer.updated' })).data;
    expect(updated?.data.previous_attributes).toEqual({ name: null, metadata: { plan: 'x' } });

    await stripe.customers.del(customer.id);
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({ id: customer.id, deleted: true });
  });

  it('take their subscriptions with them when they are deleted', async () => {
    const { stripe } = await openShop();
    const { monthly } = await stock(stripe);
    const session = await buy(stripe, monthly.id);
    await stripe.customers.del(String(session.customer));
    expect((await stripe.subscriptions.retrieve(String(session.subscription))).status).toBe('canceled');
    const { data } = await stripe.events.list({ limit: 2 });
    expect(data.map((event) => event.type)).toEqual(['customer.deleted', 'customer.subscription.deleted']);
  });
});

describe('checkout sessions', () => {
  it('list their line items, expand what is asked for, and expire', async () => {
    const { stripe } = await openShop();
    const { monthly } = await stock(stripe);
    const session = await checkout(stripe, monthly.id, { customer_email: 'ada@example.com', expand: ['line_items'] });
    expect(session.line_items?.data[0]).toMatchObject({ description: 'Pro', amount_total: 2900 });
    const items = await stripe.checkout.sessions.listLineItems(session.id);
    expect(items.data.map((item) => item.price?.id)).toEqual([monthly.id]);

    const expired = await stripe.checkout.sessions.expire(session.id);
    expect(expired).toMatchObject({ status: 'expired', url: null });
    const page = await fetch(session.url!);
    expect(await page.text()).toContain('This checkout has expired');
    expect((await submit(session.url, 'pay')).status).toBe(409);
  });

  it('expire by themselves when their time is over', async () => {
    let now = new Date('2026-11-22T12:00:00Z');
    const { stripe } = await openShop({ now: () => now });
    const { monthly } = await stock(stripe);
    const session = await checkout(stripe, monthly.id);
    now = new Date('2026-11-23T12:00:01Z');
    expect((await submit(session.url, 'pay')).status).toBe(409);
    const [event] = (await stripe.events.list({ type: 'checkout.session.expired' })).data;
    expect(event?.data.object).toMatchObject({ id: session.id, status: 'expired' });
  });

  it('refuse a recurring price in payment mode', async () => {
    const { stripe } = await openShop();
    const { monthly } = await stock(stripe);
    await expect(checkout(stripe, monthly.id, { mode: 'payment' })).rejects.toThrow(/`payment` mode/);
  });
});

describe('subscriptions', () => {
  it('change price, metadata and cancellation, and say what was there before', async () => {
    const { stripe } = await openShop();
    const { product, monthly } = await stock(stripe);
    const { subscription: id } = await buy(stripe, monthly.id, { subscription_data: { metadata: { team: 'red' } } });
    const bigger = await stripe.prices.create({
      product: product.id,
      currency: 'usd',
      unit_amount: 5900,
      recurring: { interval: 'month' },
    });
    const before = await stripe.subscriptions.retrieve(String(id));
    const item = before.items.data[0]!;
    const after = await stripe.subscriptions.update(before.id, {
      items: [{ id: item.id, price: bigger.id }],
      metadata: { team: 'blue' },
    });
    expect(after.items.data[0]).toMatchObject({ id: item.id, price: { id: bigger.id }, plan: { amount: 5900 } });
    const [event] = (await stripe.events.list({ type: 'customer.subscription.updated', limit: 1 })).data;
    expect(event?.data.previous_attributes).toMatchObject({
      items: { data: [{ price: { id: monthly.id } }] },
      metadata: { team: 'red' },
    });

    const canceling = await stripe.subscriptions.update(before.id, { cancel_at_period_end: true });
    expect(canceling).toMatchObject({ status: 'active', cancel_at: item.current_period_end });
    const kept = await stripe.subscriptions.update(before.id, { cancel_at_period_end: false });
    expect(kept).toMatchObject({ cancel_at: null, canceled_at: null });
  });

  it('are left out of a list once canceled, unless all are asked for', async () => {
    const { stripe } = await openShop();
    const { monthly } = await stock(stripe);
    const session = await buy(stripe, monthly.id);
    const customer = String(session.customer);
    const canceled = await stripe.subscriptions.cancel(String(session.subscription), {
      cancellation_details: { comment: 'too dear', feedback: 'too_expensive' },
    });
    expect(canceled).toMatchObject({ status: 'canceled', cancellation_details: { comment: 'too dear' } });
    expect((await stripe.subscriptions.list({ customer })).data).toEqual([]);
    const all = await stripe.subscriptions.list({
      customer,
      status: 'all',
      expand: ['data.latest_invoice.payments', 'data.customer'],
    });
    expect(all.data[0]).toMatchObject({
      id: canceled.id,
      customer: { id: customer, email: 'ada@example.com' },
      latest_invoice: { status: 'paid', payments: { data: [{ status: 'paid' }] } },
    });
  });
});
