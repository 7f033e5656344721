import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { buy, checkout, openShop, stock, submit } from '../testing/shop.ts';
import { periodEnd } from './period.ts';

const day = 86_400;

/** Event types in the order in which they happened. */
async function types(stripe: Stripe, after?: string) {
  const { data } = await stripe.events.list({ limit: 100, ...(after && { ending_before: after }) });
  return data.map((event) => event.type).reverse();
}

async function lastEvent(stripe: Stripe) {
  return (await stripe.events.list({ limit: 1 })).data[0]!;
}

describe('a purchase', () => {
  it('makes the burst of a first purchase, in one second and in the order of Stripe', async () => {
    const { stripe } = await openShop();
    const { monthly } = await stock(stripe);
    const { id: before } = await lastEvent(stripe);
    const session = await buy(stripe, monthly.id, { client_reference_id: 'user-7', metadata: { source: 'ad' } });

    const { data } = await stripe.events.list({ limit: 100, ending_before: before });
    const events = data.reverse();
    expect(events.map((event) => event.type)).toEqual([
      'customer.created',
      'customer.updated',
      'payment_method.attached',
      'customer.subscription.created',
      'payment_intent.created',
      'payment_intent.succeeded',
      'charge.succeeded',
      'invoice.created',
      'invoice.finalized',
      'invoice.updated',
      'invoice_payment.paid',
      'invoice.paid',
      'invoice.payment_succeeded',
      'customer.subscription.updated',
      'checkout.session.completed',
    ]);
    expect(new Set(events.map((event) => event.created)).size).toBe(1);
    expect(new Set(events.map((event) => event.request?.id)).size).toBe(1);
    expect(session).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      url: null,
      client_reference_id: 'user-7',
      metadata: { source: 'ad' },
      customer_details: { email: 'ada@example.com', name: 'Ada Lovelace' },
    });
  });

  it('keeps in each event the object as it was at that moment', async () => {
    const { stripe } = await openShop();
    const { monthly } = await stock(stripe);
    const session = await buy(stripe, monthly.id);
    const { data } = await stripe.events.list({ limit: 100 });
    const byType = new Map(data.map((event) => [event.type as string, event]));
    const snapshot = (type: string) => byType.get(type)?.data;

    expect(snapshot('customer.subscription.created')?.object).toMatchObject({
      status: 'incomplete',
      latest_invoice: session.invoice,
    });
    expect(snapshot('customer.subscription.updated')).toMatchObject({
      object: { status: 'active' },
      previous_attributes: { status: 'incomplete' },
    });
    expect(snapshot('payment_intent.created')?.object).toMatchObject({ status: 'requires_payment_method' });
    expect(snapshot('invoice.created')?.object).toMatchObject({ status: 'draft' });
    expect(snapshot('invoice.finalized')?.object).toMatchObject({ status: 'open', amount_paid: 0 });
    expect(snapshot('invoice.paid')?.object).toMatchObject({ status: 'paid', amount_paid: 2900, amount_remaining: 0 });
    for (const event of data) expect(event).toMatchObject({ livemode: false, api_version: '2026-10-28.endive' });
  });

  it('has the shapes of the present API: periods on items, the subscription under the parent of the invoice', async () => {
    const { stripe } = await openShop({ now: () => new Date('2026-01-31T10:00:00Z') });
    const { monthly } = await stock(stripe);
    const session = await buy(stripe, monthly.id, { subscription_data: { metadata: { team: 'red' } } });
    const subscription = await stripe.subscriptions.retrieve(String(session.subscription));
    expect(subscription).not.toHaveProperty('current_period_end');
    const [item] = subscription.items.data;
    expect(new Date((item?.current_period_end ?? 0) * 1000).toISOString()).toBe('2026-02-28T10:00:00.000Z');

    const invoice = await stripe.invoices.retrieve(String(session.invoice), { expand: ['payments'] });
    expect(invoice).not.toHaveProperty('subscription');
    expect(invoice).not.toHaveProperty('payment_intent');
    expect(invoice.parent?.subscription_details).toEqual({ subscription: subscription.id, metadata: { team: 'red' } });
    expect(invoice.lines.data[0]?.parent?.subscription_item_details?.subscription_item).toBe(item?.id);
    const intent = await stripe.paymentIntents.retrieve(String(invoice.payments?.data[0]?.payment.payment_intent), {
      expand: ['latest_charge'],
    });
    expect(intent).toMatchObject({ status: 'succeeded', latest_charge: { paid: true, amount: 2900 } });
  });

  it('sends the payer back to the shop with the session in the address', async () => {
    const { stripe } = await openShop();
    const { monthly } = await stock(stripe);
    const session = await checkout(stripe, monthly.id);
    const left = await submit(session.url, 'leave', { email: '' });
    expect([left.status, left.headers.get('location')]).toEqual([303, 'http://shop.test/pricing']);
    const paid = await submit(session.url, 'pay');
    expect([paid.status, paid.headers.get('location')]).toEqual([303, `http://shop.test/thanks?session=${session.id}`]);
  });

  it('is made once, however often the page is submitted', async () => {
    const { stripe } = await openShop();
    const { monthly } = await stock(stripe);
    const session = await checkout(stripe, monthly.id);
    const answers = await Promise.all([1, 2, 3].map(() => submit(session.url, 'pay')));
    expect(answers.map((answer) => answer.status).sort()).toEqual([303, 409, 409]);
    expect((await stripe.subscriptions.list()).data).toHaveLength(1);
    expect(await (await fetch(session.url!)).text()).toContain('already made');
  });

  it('leaves the session open when the card is declined, and can be paid after', async () => {
    const { stripe } = await openShop();
    const { once } = await stock(stripe);
    const { id: before } = await lastEvent(stripe);
    const session = await checkout(stripe, once.id, { mode: 'payment', customer_creation: 'always' });
    const declined = await submit(session.url, 'decline');
    expect(declined.status).toBe(402);
    expect(await declined.text()).toContain('insufficient funds');
    expect(await types(stripe, before)).toEqual([
      'payment_intent.created',
      'charge.failed',
      'payment_intent.payment_failed',
    ]);
    expect((await submit(session.url, 'pay')).status).toBe(303);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent', 'customer'] });
    expect(done).toMatchObject({
      payment_status: 'paid',
      payment_intent: { status: 'succeeded', last_payment_error: null },
      customer: { email: 'ada@example.com' },
    });
  });

  it('makes no customer of a guest who pays once', async () => {
    const { stripe } = await openShop();
    const { once } = await stock(stripe);
    const session = await buy(stripe, once.id, { mode: 'payment' });
    expect(session).toMatchObject({ customer: null, customer_details: { email: 'ada@example.com' } });
    expect((await stripe.customers.list()).data).toEqual([]);
  });

  it('is of the customer it was opened for', async () => {
    const { stripe } = await openShop();
    const { yen } = await stock(stripe);
    const customer = await stripe.customers.create({ email: 'grace@example.com' });
    const { id: before } = await lastEvent(stripe);
    const opened = await checkout(stripe, yen.id, { customer: customer.id });
    expect(await (await fetch(opened.url!)).text()).toContain('¥1,200');
    await submit(opened.url, 'pay', { email: 'else@example.com', name: 'Grace' });
    expect(await types(stripe, before)).not.toContain('customer.created');
    expect(await stripe.customers.retrieve(customer.id)).toMatchObject({
      email: 'grace@example.com',
      name: 'Grace',
      currency: 'jpy',
    });
  });
});

describe('a renewal', () => {
  it('moves the period and bills it', async () => {
    const { stripe, control } = await openShop();
    const { monthly } = await stock(stripe);
    const session = await buy(stripe, monthly.id);
    const id = String(session.subscription);
    const before = (await stripe.subscriptions.retrieve(id)).items.data[0]!;
    const { id: event } = await lastEvent(stripe);
    expect((await control('POST', `/subscriptions/${id}/renew`, { outcome: 'paid' })).status).toBe(200);

    const after = await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
    expect(after).toMatchObject({
      status: 'active',
      items: { data: [{ current_period_start: before.current_period_end }] },
      latest_invoice: {
        billing_reason: 'subscription_cycle',
        status: 'paid',
        period_start: before.current_period_start,
        period_end: before.current_period_end,
      },
    });
    expect(await types(stripe, event)).toEqual([
      'invoice.created',
      'customer.subscription.updated',
      'invoice.finalized',
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      'invoice.updated',
      'invoice_payment.paid',
      'invoice.paid',
      'invoice.payment_succeeded',
    ]);
  });

  it('that fails leaves the subscription past due, and paying the invoice brings it back', async () => {
    const now = new Date('2026-11-22T12:00:00Z');
    const { stripe, control } = await openShop({ now: () => now });
    const { monthly } = await stock(stripe);
    const session = await buy(stripe, monthly.id);
    const id = String(session.subscription);
    await control('POST', `/subscriptions/${id}/renew`, { outcome: 'failed' });

    const failed = await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
    const invoice = failed.latest_invoice as Stripe.Invoice;
    expect(failed.status).toBe('past_due');
    expect(invoice).toMatchObject({
      status: 'open',
      attempt_count: 1,
      next_payment_attempt: now.getTime() / 1000 + 3 * day,
    });
    const [event] = (await stripe.events.list({ type: 'customer.subscription.updated', limit: 1 })).data;
    expect(event?.data).toMatchObject({ object: { status: 'past_due' }, previous_attributes: { status: 'active' } });
    expect((await stripe.events.list({ type: 'invoice.payment_failed' })).data).toHaveLength(1);
    expect(await stripe.customers.retrieve(String(session.customer))).toMatchObject({ delinquent: true });

    await control('POST', `/invoices/${invoice.id}/retry`, { outcome: 'failed' });
    expect((await stripe.invoices.retrieve(invoice.id!)).attempt_count).toBe(2);
    await control('POST', `/invoices/${invoice.id}/retry`, { outcome: 'paid' });
    expect((await stripe.subscriptions.retrieve(id)).status).toBe('active');
    expect(await stripe.customers.retrieve(String(session.customer))).toMatchObject({ delinquent: false });
    await expect(stripe.invoices.pay(invoice.id!)).rejects.toThrow('Invoice is already paid');
    expect((await stripe.invoices.list({ subscription: id, status: 'paid' })).data).toHaveLength(2);
  });

  it('that fails for good cancels the subscription', async () => {
    const { stripe, control } = await openShop();
    const { monthly } = await stock(stripe);
    const { subscription } = await buy(stripe, monthly.id);
    const renewed = await control('POST', `/subscriptions/${subscription}/renew`, { outcome: 'failed' });
    for (let tries = 0; tries < 3; tries += 1) {
      await control('POST', `/invoices/${renewed.body.invoice.id}/retry`, { outcome: 'failed' });
    }
    expect(await stripe.subscriptions.retrieve(String(subscription))).toMatchObject({
      status: 'canceled',
      cancellation_details: { reason: 'payment_failed' },
    });
    expect((await stripe.invoices.retrieve(renewed.body.invoice.id!)).next_payment_attempt).toBeNull();
  });

  it('ends the subscription instead when that was asked for', async () => {
    const { stripe, control } = await openShop();
    const { monthly } = await stock(stripe);
    const { subscription } = await buy(stripe, monthly.id);
    await stripe.subscriptions.update(String(subscription), { cancel_at_period_end: true });
    await control('POST', `/subscriptions/${subscription}/renew`, { outcome: 'paid' });
    expect((await lastEvent(stripe)).type).toBe('customer.subscription.deleted');
    const again = await control('POST', `/subscriptions/${subscription}/renew`, { outcome: 'paid' });
    expect(again).toMatchObject({ status: 400, body: { error: expect.stringContaining('is canceled') } });
  });

  it('can be paid by the customer on the page of its invoice', async () => {
    const { stripe, control } = await openShop();
    const { monthly } = await stock(stripe);
    const { subscription } = await buy(stripe, monthly.id);
    const renewed = await control('POST', `/subscriptions/${subscription}/renew`, { outcome: 'failed' });
    const url = renewed.body.invoice.hosted_invoice_url!;
    expect(await (await fetch(url)).text()).toContain('Waiting for payment');
    expect((await submit(url, 'pay')).status).toBe(303);
    expect(await (await fetch(url)).text()).toContain('Nothing is left to do');
    expect((await stripe.subscriptions.retrieve(String(subscription))).status).toBe('active');
  });
});

describe('periodEnd', () => {
  const month = { interval: 'month', interval_count: 1 };
  const cases: [start: string, recurring: typeof month, anchor: string, end: string][] = [
    ['2026-01-31T10:00:00Z', month, '2026-01-31T10:00:00Z', '2026-02-28T10:00:00Z'],
    ['2026-02-28T10:00:00Z', month, '2026-01-31T10:00:00Z', '2026-03-31T10:00:00Z'],
    ['2026-12-15T00:00:00Z', month, '2026-12-15T00:00:00Z', '2027-01-15T00:00:00Z'],
    ['2028-02-29T00:00:00Z', { interval: 'year', interval_count: 1 }, '2028-02-29T00:00:00Z', '2029-02-28T00:00:00Z'],
    ['2026-03-28T00:00:00Z', { interval: 'week', interval_count: 2 }, '2026-03-28T00:00:00Z', '2026-04-11T00:00:00Z'],
  ];
  it.each(cases)('of %s every %o, anchored at %s, is %s', (start, recurring, anchor, end) => {
    expect(periodEnd(Date.parse(start) / 1000, recurring, Date.parse(anchor) / 1000)).toBe(Date.parse(end) / 1000);
  });
});
