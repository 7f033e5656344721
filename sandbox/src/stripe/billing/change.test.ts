import { describe, expect, it } from 'vitest';
import { eventsSince, lastEvent, openShop, stock, subscribe } from '../testing/shop.ts';

const day = 86_400;
// A month of 30 days, so that a third of it is ten.
const start = Date.parse('2026-04-01T00:00:00Z') / 1000;

async function open() {
  const shop = await openShop({ now: () => new Date(start * 1000) });
  const advance = (advanceSeconds: number) => shop.control('POST', '/clock', { advanceSeconds });
  // These stories are longer than the thirty days for which events are listed.
  await shop.control('PUT', '/settings', { eventDays: 1000 });
  const goods = await stock(shop.stripe);
  const priced = (unit_amount: number, interval: 'month' | 'year' = 'month') =>
    shop.stripe.prices.create({
      product: goods.product.id,
      currency: 'usd',
      unit_amount,
      recurring: { interval },
    });
  return {
    ...shop,
    ...goods,
    advance,
    bigger: await priced(5900),
    smaller: await priced(900),
    yearly: await priced(29_000, 'year'),
  };
}

const types = (events: { type: string }[]) => events.map((event) => event.type);

describe('an upgrade', () => {
  it.each([
    // 10 of 30 days are gone: two thirds of 29.00 come back, two thirds of 59.00 are due.
    ['always_invoice', [3933, -1933], 2000],
    ['create_prorations', [], 0],
    ['none', [], 0],
  ] as const)('with %s bills its lines %j now', async (proration_behavior, lines, paid) => {
    const { stripe, monthly, bigger, advance } = await open();
    const { id, items } = await subscribe(stripe, monthly.id);
    await advance(10 * day);
    const { id: before } = await lastEvent(stripe);
    await stripe.subscriptions.update(id, { items: [{ id: items.data[0]!.id, price: bigger.id }], proration_behavior });
    const events = await eventsSince(stripe, before);
    const updated = events.find((event) => event.type === 'customer.subscription.updated');
    expect(updated?.data).toMatchObject({
      object: { items: { data: [{ price: { id: bigger.id } }] } },
      previous_attributes: { items: { data: [{ price: { id: monthly.id } }] } },
    });
    const created = events.filter((event) => event.type === 'invoice.created');
    expect(created).toHaveLength(lines.length > 0 ? 1 : 0);
    const [latest] = (await stripe.invoices.list({ subscription: id, limit: 1 })).data;
    if (lines.length === 0) {
      expect(latest?.billing_reason).toBe('subscription_create');
      return;
    }
    expect(latest).toMatchObject({ billing_reason: 'subscription_update', status: 'paid', amount_paid: paid });
    expect(latest?.lines.data.map((line) => line.amount).toReversed()).toEqual(lines);
    expect(latest?.lines.data[0]?.parent?.invoice_item_details).toMatchObject({ proration: true, subscription: id });
  });

  it('whose lines wait brings them with the next renewal', async () => {
    const { stripe, monthly, bigger, advance } = await open();
    const { id, items } = await subscribe(stripe, monthly.id);
    await advance(10 * day);
    const { id: before } = await lastEvent(stripe);
    await stripe.subscriptions.update(id, { items: [{ id: items.data[0]!.id, price: bigger.id }] });
    expect(types(await eventsSince(stripe, before))).toEqual([
      'invoiceitem.created',
      'invoiceitem.created',
      'customer.subscription.updated',
    ]);
    await advance(21 * day);
    const [renewal] = (await stripe.invoices.list({ subscription: id, limit: 1 })).data;
    expect(renewal?.lines.data.map((line) => line.amount)).toEqual([-1933, 3933, 5900]);
    expect(renewal).toMatchObject({ amount_paid: 7900, billing_reason: 'subscription_cycle' });
  });

  it('to another interval begins a period and bills it, less what was left of the old', async () => {
    const { stripe, monthly, yearly, advance } = await open();
    const { id, items } = await subscribe(stripe, monthly.id);
    await advance(15 * day);
    const changed = await stripe.subscriptions.update(id, {
      items: [{ id: items.data[0]!.id, price: yearly.id }],
      expand: ['latest_invoice'],
    });
    expect(changed).toMatchObject({
      billing_cycle_anchor: start + 15 * day,
      items: { data: [{ current_period_start: start + 15 * day, current_period_end: start + 380 * day }] },
      latest_invoice: { amount_paid: 29_000 - 1450, status: 'paid' },
    });
  });

  it('that cannot be paid leaves the subscription past due', async () => {
    const { stripe, monthly, bigger } = await open();
    const { id, items } = await subscribe(stripe, monthly.id, { token: 'pm_card_chargeCustomerFail' });
    const changed = await stripe.subscriptions.update(id, {
      items: [{ id: items.data[0]!.id, price: bigger.id }],
      proration_behavior: 'always_invoice',
    });
    expect(changed.status).toBe('past_due');
  });
});

describe('a downgrade', () => {
  it('billed at once gives credit, which the next renewal uses up', async () => {
    const { stripe, monthly, smaller, advance } = await open();
    const { id, customer, items } = await subscribe(stripe, monthly.id);
    await advance(15 * day);
    await stripe.subscriptions.update(id, {
      items: [{ id: items.data[0]!.id, price: smaller.id }],
      proration_behavior: 'always_invoice',
    });
    const [credit] = (await stripe.invoices.list({ subscription: id, limit: 1 })).data;
    expect(credit).toMatchObject({ total: -1000, amount_due: 0, status: 'paid', ending_balance: -1000 });
    expect(await stripe.customers.retrieve(String(customer))).toMatchObject({ balance: -1000 });
    await advance(16 * day);
    const [renewal] = (await stripe.invoices.list({ subscription: id, limit: 1 })).data;
    expect(renewal).toMatchObject({ total: 900, starting_balance: -1000, amount_due: 0, status: 'paid' });
    expect(await stripe.customers.retrieve(String(customer))).toMatchObject({ balance: -100 });
  });
});

describe('items', () => {
  it('are added, counted up and taken away', async () => {
    const { stripe, product, monthly, bigger } = await open();
    const { id, items } = await subscribe(stripe, monthly.id);
    const first = items.data[0]!.id;
    const both = await stripe.subscriptions.update(id, { items: [{ price: bigger.id }, { id: first, quantity: 3 }] });
    expect(both.items.data.map((item) => [item.price.id, item.quantity])).toEqual([
      [monthly.id, 3],
      [bigger.id, 1],
    ]);
    const one = await stripe.subscriptions.update(id, { items: [{ id: first, deleted: true }] });
    expect(one.items.data.map((item) => item.price.product)).toEqual([product.id]);
    const last = one.items.data[0]!.id;
    await expect(stripe.subscriptions.update(id, { items: [{ id: last, deleted: true }] })).rejects.toThrow(
      /at least one/,
    );
  });
});

describe('a subscription that is paused on demand', () => {
  it('bills nothing until it is resumed', async () => {
    const { stripe, monthly, advance } = await open();
    const { id } = await subscribe(stripe, monthly.id);
    const { id: before } = await lastEvent(stripe);
    expect((await stripe.subscriptions.pause(id)).status).toBe('paused');
    await advance(90 * day);
    expect(types(await eventsSince(stripe, before))).toEqual([
      'customer.subscription.updated',
      'customer.subscription.paused',
    ]);
    expect((await stripe.subscriptions.resume(id)).status).toBe('active');
  });
});

describe('an invoice', () => {
  async function anOpenInvoice() {
    const shop = await open();
    const subscription = await subscribe(shop.stripe, shop.monthly.id, { token: 'pm_card_chargeCustomerFail' });
    await shop.advance(30 * day + 3600);
    const [invoice] = (await shop.stripe.invoices.list({ subscription: subscription.id, status: 'open' })).data;
    const { id: before } = await lastEvent(shop.stripe);
    return { ...shop, subscription, invoice: invoice!, before };
  }

  it('that is voided is owed no more, and its subscription runs', async () => {
    const { stripe, subscription, invoice, before } = await anOpenInvoice();
    expect((await stripe.invoices.voidInvoice(invoice.id!)).status).toBe('void');
    expect(types(await eventsSince(stripe, before))).toEqual([
      'payment_intent.canceled',
      'invoice.updated',
      'invoice.voided',
      'customer.subscription.updated',
      'customer.updated',
    ]);
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('active');
  });

  it('that is marked uncollectible can still be paid', async () => {
    const { stripe, invoice, before } = await anOpenInvoice();
    expect((await stripe.invoices.markUncollectible(invoice.id!)).status).toBe('uncollectible');
    expect(types(await eventsSince(stripe, before))).toContain('invoice.marked_uncollectible');
    const method = await stripe.paymentMethods.attach('pm_card_visa', { customer: String(invoice.customer) });
    const paid = await stripe.invoices.pay(invoice.id!, { payment_method: method.id });
    expect(paid).toMatchObject({ status: 'paid', amount_paid: 2900 });
  });

  it('can be billed before its hour is over, and previewed before it is one', async () => {
    const { stripe, monthly, advance } = await open();
    const { id } = await subscribe(stripe, monthly.id);
    expect(await stripe.invoices.createPreview({ subscription: id })).toMatchObject({
      id: expect.stringMatching(/^upcoming_in_/),
      total: 2900,
      status: 'draft',
    });
    await advance(30 * day);
    const [draft] = (await stripe.invoices.list({ subscription: id, status: 'draft' })).data;
    expect(draft).toMatchObject({ number: null, automatically_finalizes_at: start + 30 * day + 3600 });
    expect(await stripe.invoices.finalizeInvoice(draft!.id!)).toMatchObject({
      status: 'open',
      number: expect.any(String),
    });
    expect(await stripe.invoices.pay(draft!.id!)).toMatchObject({ status: 'paid' });
  });
});
