import { describe, expect, it } from 'vitest';
import {
  aCustomer,
  buy,
  checkout,
  eventsSince,
  lastEvent,
  openShop,
  stock,
  submit,
  subscribe,
} from '../testing/shop.ts';

const hour = 3600;
const day = 24 * hour;
const start = Date.parse('2026-03-10T12:00:00Z') / 1000;

async function open() {
  const shop = await openShop({ now: () => new Date(start * 1000) });
  const advance = (advanceSeconds: number) => shop.control('POST', '/clock', { advanceSeconds });
  return { ...shop, ...(await stock(shop.stripe)), advance };
}

const types = (events: { type: string }[]) => events.map((event) => event.type);

describe('a trial', () => {
  it('begins with a paid invoice of nothing and without a payment', async () => {
    const { stripe, monthly } = await open();
    const { id: before } = await lastEvent(stripe);
    const session = await buy(stripe, monthly.id, { subscription_data: { trial_period_days: 14 } });
    expect(session).toMatchObject({ amount_total: 0, payment_status: 'no_payment_required', status: 'complete' });
    const subscription = await stripe.subscriptions.retrieve(String(session.subscription), {
      expand: ['latest_invoice'],
    });
    expect(subscription).toMatchObject({
      status: 'trialing',
      trial_start: start,
      trial_end: start + 14 * day,
      billing_cycle_anchor: start + 14 * day,
      items: { data: [{ current_period_end: start + 14 * day }] },
      latest_invoice: { amount_due: 0, total: 0, status: 'paid', billing_reason: 'subscription_create' },
    });
    expect(types(await eventsSince(stripe, before))).toEqual([
      'customer.created',
      'customer.updated',
      'payment_method.attached',
      'customer.subscription.created',
      'invoice.created',
      'invoice.finalized',
      'invoice.updated',
      'invoice.paid',
      'invoice.payment_succeeded',
      'checkout.session.completed',
    ]);
  });

  it('is announced three days before its end, then billed: active at once, paid an hour later', async () => {
    const { stripe, monthly, advance } = await open();
    const { id } = await subscribe(stripe, monthly.id, { trial_period_days: 14 });
    const { id: before } = await lastEvent(stripe);
    await advance(15 * day);
    const events = await eventsSince(stripe, before);
    const moments = events.map((event) => [event.type, event.created - start]);
    expect(moments).toContainEqual(['customer.subscription.trial_will_end', 11 * day]);
    expect(moments).toContainEqual(['customer.subscription.updated', 14 * day]);
    expect(moments).toContainEqual(['invoice.paid', 14 * day + hour]);
    const updated = events.find((event) => event.type === 'customer.subscription.updated');
    expect(updated?.data).toMatchObject({
      object: { id, status: 'active', items: { data: [{ current_period_start: start + 14 * day }] } },
      previous_attributes: { status: 'trialing' },
    });
    expect((await stripe.invoices.list({ subscription: id })).data.map((invoice) => invoice.amount_paid)).toEqual([
      2900, 0,
    ]);
  });

  it('of two days is announced at once', async () => {
    const { stripe, monthly } = await open();
    await subscribe(stripe, monthly.id, { trial_period_days: 2 });
    expect(await lastEvent(stripe)).toMatchObject({ type: 'customer.subscription.trial_will_end', created: start });
  });

  it('asks for no card when none is required, on a page that offers none', async () => {
    const { stripe, monthly } = await open();
    const session = await checkout(stripe, monthly.id, {
      payment_method_collection: 'if_required',
      subscription_data: {
        trial_period_days: 7,
        trial_settings: { end_behavior: { missing_payment_method: 'pause' } },
      },
    });
    const page = await (await fetch(session.url!)).text();
    expect(page).not.toContain('name="method"');
    expect((await submit(session.url, 'pay')).status).toBe(303);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription'] });
    expect(done.subscription).toMatchObject({ status: 'trialing', default_payment_method: null });
  });

  it.each([
    ['create_invoice', 'past_due', ['invoice.payment_failed']],
    ['pause', 'paused', ['customer.subscription.paused']],
    ['cancel', 'canceled', ['customer.subscription.deleted']],
  ] as const)('that ends without a card: %s makes it %s', async (missing, status, told) => {
    const { stripe, monthly, advance } = await open();
    const customer = await aCustomer(stripe);
    const { id } = await subscribe(stripe, monthly.id, {
      customer: customer.id,
      trial_period_days: 7,
      trial_settings: { end_behavior: { missing_payment_method: missing } },
    });
    const { id: before } = await lastEvent(stripe);
    await advance(7 * day + hour);
    expect((await stripe.subscriptions.retrieve(id)).status).toBe(status);
    expect(types(await eventsSince(stripe, before))).toEqual(expect.arrayContaining([...told]));
  });

  it('that was paused is resumed by paying for a period that begins then', async () => {
    const { stripe, monthly, advance } = await open();
    const customer = await aCustomer(stripe);
    const { id } = await subscribe(stripe, monthly.id, {
      customer: customer.id,
      trial_period_days: 7,
      trial_settings: { end_behavior: { missing_payment_method: 'pause' } },
    });
    await advance(8 * day);
    expect((await stripe.subscriptions.retrieve(id)).status_details).toMatchObject({
      paused: { subscription: { type: 'trial_end_without_payment_method' } },
    });
    const { id: method } = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
    await stripe.subscriptions.update(id, { default_payment_method: method });
    const { id: before } = await lastEvent(stripe);
    const resumed = await stripe.subscriptions.resume(id);
    expect(resumed).toMatchObject({ status: 'active', items: { data: [{ current_period_start: start + 8 * day }] } });
    expect(resumed).not.toHaveProperty('status_details');
    expect(types(await eventsSince(stripe, before))).toEqual(
      expect.arrayContaining(['invoice.paid', 'customer.subscription.updated', 'customer.subscription.resumed']),
    );
  });

  it('that is cut short is billed then and there', async () => {
    const { stripe, monthly, advance } = await open();
    const { id } = await subscribe(stripe, monthly.id, { trial_period_days: 14 });
    await advance(2 * day);
    const now = await stripe.subscriptions.update(id, { trial_end: 'now', expand: ['latest_invoice'] });
    expect(now).toMatchObject({
      status: 'active',
      trial_end: start + 2 * day,
      latest_invoice: { status: 'paid', amount_paid: 2900 },
    });
  });
});
