import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Stripe from 'stripe';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buy, checkout, eventsSince, lastEvent, openShop, stock, submit, subscribe } from '../testing/shop.ts';

const hour = 3600;
const day = 24 * hour;
const start = Date.parse('2026-03-10T12:00:00Z') / 1000;

async function openAt(at = start) {
  const shop = await openShop({ now: () => new Date(at * 1000) });
  const advance = (advanceSeconds: number) => shop.control('POST', '/clock', { advanceSeconds });
  // These stories are longer than the thirty days for which events are listed.
  await shop.control('PUT', '/settings', { eventDays: 1000 });
  return { ...shop, ...(await stock(shop.stripe)), advance };
}

/** Each event as its type and the seconds since the start of the test. */
async function story(stripe: Stripe, since: string) {
  return (await eventsSince(stripe, since)).map((event) => [event.type, event.created - start] as const);
}

describe('the clock', () => {
  it('goes forwards only, and is what the stand-in stamps things with', async () => {
    const { stripe, control, advance } = await openAt();
    expect((await control('GET', '/clock')).body).toEqual({ now: '2026-03-10T12:00:00.000Z', offsetSeconds: 0 });
    expect((await advance(90)).body).toEqual({ now: '2026-03-10T12:01:30.000Z', offsetSeconds: 90 });
    await control('POST', '/clock', { to: '2026-03-11T00:00:00Z' });
    expect((await stripe.customers.create()).created).toBe(Date.parse('2026-03-11T00:00:00Z') / 1000);
    const back = await control('POST', '/clock', { to: '2026-03-10T12:00:00Z' });
    expect(back).toMatchObject({ status: 400, body: { error: expect.stringContaining('only goes forwards') } });
  });

  it('does what falls due on the way, in time order and each at its own second', async () => {
    const { stripe, monthly, advance } = await openAt();
    const { id: bought } = await lastEvent(stripe);
    await buy(stripe, monthly.id);
    const { id: before } = await lastEvent(stripe);
    const open = await checkout(stripe, monthly.id);
    await advance(62 * day);
    const month = 31 * day;
    expect(await story(stripe, before)).toEqual([
      ['checkout.session.expired', day],
      ['invoice.upcoming', month - 7 * day],
      ['invoice.created', month],
      ['customer.subscription.updated', month],
      ['invoice.finalized', month + hour],
      ['payment_intent.created', month + hour],
      ['charge.succeeded', month + hour],
      ['payment_intent.succeeded', month + hour],
      ['invoice.updated', month + hour],
      ['invoice_payment.paid', month + hour],
      ['invoice.paid', month + hour],
      ['invoice.payment_succeeded', month + hour],
      ['invoice.upcoming', 61 * day - 7 * day],
      ['invoice.created', 61 * day],
      ['customer.subscription.updated', 61 * day],
      ['invoice.finalized', 61 * day + hour],
      ['payment_intent.created', 61 * day + hour],
      ['charge.succeeded', 61 * day + hour],
      ['payment_intent.succeeded', 61 * day + hour],
      ['invoice.updated', 61 * day + hour],
      ['invoice_payment.paid', 61 * day + hour],
      ['invoice.paid', 61 * day + hour],
      ['invoice.payment_succeeded', 61 * day + hour],
    ]);
    expect((await stripe.checkout.sessions.retrieve(open.id)).status).toBe('expired');
    const events = await eventsSince(stripe, bought);
    const stamps = events.map((event) => event.created);
    expect(stamps).toEqual(stamps.toSorted((a, b) => a - b));
    const upcoming = events.find((event) => event.type === 'invoice.upcoming');
    expect(upcoming?.data.object).not.toHaveProperty('id');
    expect(upcoming?.data.object).toMatchObject({
      amount_due: 2900,
      billing_reason: 'subscription_cycle',
      number: null,
    });
  });

  it('is kept over a restart and begins anew with a reset', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'stripe-clock-'));
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
    const now = () => new Date(start * 1000);
    const first = await openShop({ dataDir, now });
    await first.control('POST', '/clock', { advanceSeconds: day });
    await first.standIn.close();
    const { control } = await openShop({ dataDir, now });
    expect((await control('GET', '/clock')).body).toEqual({ now: '2026-03-11T12:00:00.000Z', offsetSeconds: day });
    await control('POST', '/reset');
    expect((await control('GET', '/clock')).body).toMatchObject({ offsetSeconds: 0 });
  });
});

describe('a renewal that the card declines', () => {
  const endings = [
    ['cancel', { status: 'canceled', cancellation_details: { reason: 'payment_failed' } }],
    ['unpaid', { status: 'unpaid' }],
    ['past_due', { status: 'past_due' }],
  ] as const;

  it.each(endings)('is tried again after 3, 5 and 7 days and then ends as told: %s', async (afterLastRetry, end) => {
    const { stripe, control, monthly, advance } = await openAt();
    await control('PUT', '/settings', { afterLastRetry });
    const { id } = await subscribe(stripe, monthly.id, { token: 'pm_card_chargeCustomerFail' });
    const { id: before } = await lastEvent(stripe);
    await advance(31 * day + hour);
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'past_due' });
    await advance(3 * day);
    await advance(12 * day);
    const failures = (await story(stripe, before)).filter(([type]) => type === 'invoice.payment_failed');
    const first = 31 * day + hour;
    expect(failures.map(([, at]) => at)).toEqual([first, first + 3 * day, first + 8 * day, first + 15 * day]);
    const subscription = await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
    expect(subscription).toMatchObject({
      ...end,
      latest_invoice: { status: 'open', attempt_count: 4, next_payment_attempt: null },
    });
  });

  it('recovers at the next try when the customer has put in another card', async () => {
    const { stripe, monthly, advance } = await openAt();
    const { id, customer } = await subscribe(stripe, monthly.id, { token: 'pm_card_chargeCustomerFail' });
    await advance(31 * day + hour);
    const { id: method } = await stripe.paymentMethods.attach('pm_card_visa', { customer: String(customer) });
    await stripe.customers.update(String(customer), { invoice_settings: { default_payment_method: method } });
    await advance(3 * day);
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({ status: 'active' });
    expect(await stripe.customers.retrieve(String(customer))).toMatchObject({ delinquent: false });
  });
});

describe('an unpaid first invoice', () => {
  it('leaves the subscription incomplete for 23 hours, then it never was', async () => {
    const { stripe, monthly, advance } = await openAt();
    const { id } = await subscribe(stripe, monthly.id, { payment_behavior: 'default_incomplete' });
    await advance(23 * hour - 1);
    expect((await stripe.subscriptions.retrieve(id)).status).toBe('incomplete');
    const { id: before } = await lastEvent(stripe);
    await advance(1);
    expect(await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] })).toMatchObject({
      status: 'incomplete_expired',
      latest_invoice: { status: 'void' },
    });
    expect((await story(stripe, before)).map(([type]) => type)).toEqual([
      'customer.subscription.updated',
      'payment_intent.canceled',
      'invoice.updated',
      'invoice.voided',
    ]);
  });
});

describe('an end that was asked for', () => {
  it.each([
    ['at the end of the period', { cancel_at_period_end: true }, 31 * day],
    ['at a day', { cancel_at: start + 10 * day }, 10 * day],
  ])('comes %s, to the second', async (_when, params, after) => {
    const { stripe, monthly, advance } = await openAt();
    const { id } = await subscribe(stripe, monthly.id);
    await stripe.subscriptions.update(id, params);
    await advance(after - 1);
    expect((await stripe.subscriptions.retrieve(id)).status).toBe('active');
    const { id: before } = await lastEvent(stripe);
    await advance(60 * day);
    expect(await story(stripe, before)).toEqual([['customer.subscription.deleted', after]]);
  });

  it('does not come when it was taken back', async () => {
    const { stripe, monthly, advance } = await openAt();
    const { id } = await subscribe(stripe, monthly.id);
    await stripe.subscriptions.update(id, { cancel_at: start + 10 * day });
    const kept = await stripe.subscriptions.update(id, { cancel_at: '' });
    expect(kept).toMatchObject({ cancel_at: null, canceled_at: null, cancel_at_period_end: false });
    await advance(11 * day);
    expect((await stripe.subscriptions.retrieve(id)).status).toBe('active');
  });
});

describe('collection that is paused', () => {
  it.each([
    ['keep_as_draft', 'draft'],
    ['mark_uncollectible', 'uncollectible'],
    ['void', 'void'],
  ] as const)(
    '%s leaves the renewal %s and the subscription active, until it resumes by itself',
    async (behavior, status) => {
      const { stripe, monthly, advance } = await openAt();
      const { id } = await subscribe(stripe, monthly.id);
      await stripe.subscriptions.update(id, { pause_collection: { behavior, resumes_at: start + 40 * day } });
      await advance(32 * day);
      const paused = await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
      expect(paused).toMatchObject({ status: 'active', latest_invoice: { status } });
      await advance(9 * day);
      const [event] = (await stripe.events.list({ type: 'customer.subscription.updated', limit: 1 })).data;
      expect(event).toMatchObject({ created: start + 40 * day, data: { object: { pause_collection: null } } });
    },
  );
});

describe('a session that nobody pays', () => {
  it('takes no payment after the clock has passed its end', async () => {
    const { stripe, monthly, advance } = await openAt();
    const session = await checkout(stripe, monthly.id);
    await advance(day);
    expect((await submit(session.url, 'pay')).status).toBe(409);
  });
});
