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
const start = Date.parse('2026-04-01T00:00:00Z') / 1000;

async function open() {
  const shop = await openShop({ now: () => new Date(start * 1000) });
  const advance = (advanceSeconds: number) => shop.control('POST', '/clock', { advanceSeconds });
  return { ...shop, ...(await stock(shop.stripe)), advance };
}

const types = (events: { type: string }[]) => events.map((event) => event.type);

describe('a card that is declined', () => {
  it.each([
    ['0002', 'card_declined', 'generic_decline', 'Your card was declined.'],
    ['9995', 'card_declined', 'insufficient_funds', 'Your card has insufficient funds.'],
    ['0069', 'expired_card', 'expired_card', 'Your card has expired.'],
    ['9987', 'card_declined', 'lost_card', 'Your card was declined.'],
  ])('on the payment page says so and takes nothing: %s', async (method, code, decline_code, message) => {
    const { stripe, once } = await open();
    const session = await checkout(stripe, once.id, { mode: 'payment' });
    const answer = await submit(session.url, 'pay', { method });
    expect([answer.status, await answer.text()]).toEqual([402, expect.stringContaining(message)]);
    const { payment_intent } = await stripe.checkout.sessions.retrieve(session.id);
    expect(await stripe.paymentIntents.retrieve(String(payment_intent))).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code, decline_code, payment_method: { card: { last4: method } } },
    });
    expect((await submit(session.url, 'pay', { method: '4242' })).status).toBe(303);
  });

  it('cannot be attached over the API', async () => {
    const { stripe } = await open();
    const { id: customer } = await aCustomer(stripe);
    await expect(stripe.paymentMethods.attach('pm_card_chargeDeclined', { customer })).rejects.toMatchObject({
      statusCode: 402,
      code: 'card_declined',
      decline_code: 'generic_decline',
    });
  });
});

describe('a card that asks its owner', () => {
  it('keeps the session open until the bank has its answer, whichever it is', async () => {
    const { stripe, monthly } = await open();
    const session = await checkout(stripe, monthly.id);
    const asked = await submit(session.url, 'pay', { method: '3155' });
    expect([asked.status, await asked.text()]).toEqual([200, expect.stringContaining('Authenticate')]);
    const denied = await submit(session.url, 'deny', { method: '3155' });
    expect([denied.status, await denied.text()]).toEqual([402, expect.stringContaining('failed authentication')]);
    expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe('open');
    expect((await submit(session.url, 'authenticate', { method: '3155' })).status).toBe(303);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription'] });
    expect(done).toMatchObject({ payment_status: 'paid', subscription: { status: 'active' } });
  });

  it('makes a renewal wait for its owner, who answers on the page of the invoice', async () => {
    const { stripe, monthly, advance } = await open();
    const session = await checkout(stripe, monthly.id);
    await submit(session.url, 'authenticate', { method: '3155' });
    const { id: before } = await lastEvent(stripe);
    await advance(30 * day + hour);
    const told = types(await eventsSince(stripe, before)).slice(-7);
    expect(told).toEqual([
      'payment_intent.created',
      'payment_intent.requires_action',
      'invoice.updated',
      'invoice.payment_action_required',
      'invoice.payment_failed',
      'customer.subscription.updated',
      'customer.updated',
    ]);
    const { subscription: id } = await stripe.checkout.sessions.retrieve(session.id);
    const waiting = await stripe.subscriptions.retrieve(String(id), { expand: ['latest_invoice.payments'] });
    const invoice = waiting.latest_invoice as { hosted_invoice_url: string; next_payment_attempt: number | null };
    expect(waiting.status).toBe('past_due');
    expect(invoice.next_payment_attempt).toBeNull();
    expect(await (await fetch(invoice.hosted_invoice_url)).text()).toContain('Authenticate');
    expect((await submit(invoice.hosted_invoice_url, 'authenticate')).status).toBe(303);
    expect((await stripe.subscriptions.retrieve(String(id))).status).toBe('active');
  });
});

describe('a card that fails later', () => {
  it('pays the first time and makes the renewal past due', async () => {
    const { stripe, monthly, advance } = await open();
    const session = await checkout(stripe, monthly.id);
    expect((await submit(session.url, 'pay', { method: '0341' })).status).toBe(303);
    const { subscription } = await stripe.checkout.sessions.retrieve(session.id);
    await advance(30 * day + hour);
    const failed = await stripe.subscriptions.retrieve(String(subscription), { expand: ['latest_invoice'] });
    expect(failed.status).toBe('past_due');
    // The customer pays with another card, which the subscription keeps.
    const { hosted_invoice_url: url } = failed.latest_invoice as { hosted_invoice_url: string };
    expect((await submit(url, 'pay', { method: '4242' })).status).toBe(303);
    const kept = await stripe.subscriptions.retrieve(String(subscription), { expand: ['default_payment_method'] });
    expect(kept).toMatchObject({ status: 'active', default_payment_method: { card: { last4: '4242' } } });
  });
});

describe('a bank debit', () => {
  it.each([
    ['3000', 'checkout.session.async_payment_succeeded', 'paid', 'paid', 'active'],
    ['3001', 'checkout.session.async_payment_failed', 'unpaid', 'open', 'past_due'],
  ] as const)('of the account %s ends days later in %s', async (method, type, payment, invoiced, status) => {
    const { stripe, monthly, advance } = await open();
    const session = await checkout(stripe, monthly.id);
    expect((await submit(session.url, 'pay', { method })).status).toBe(303);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription', 'invoice.payments'] });
    expect(done).toMatchObject({
      status: 'complete',
      payment_status: 'unpaid',
      subscription: { status: 'active' },
      invoice: { status: 'open', attempted: true, attempt_count: 1 },
    });
    const { id: before } = await lastEvent(stripe);
    await advance(5 * day - 1);
    expect(await eventsSince(stripe, before)).toEqual([]);
    await advance(1);
    const events = await eventsSince(stripe, before);
    expect(types(events)).toContain(type);
    expect(events.every((event) => event.created === start + 5 * day)).toBe(true);
    expect(await stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription', 'invoice'] })).toMatchObject({
      payment_status: payment,
      invoice: { status: invoiced, attempt_count: 1 },
      subscription: { status },
    });
  });

  it('that fails each time is tried again like a card, until the subscription is given up', async () => {
    const { stripe, monthly, advance } = await open();
    const session = await checkout(stripe, monthly.id);
    await submit(session.url, 'pay', { method: '3001' });
    await advance(29 * day);
    const failing = (await stripe.events.list({ type: 'invoice.payment_failed', limit: 100 })).data;
    // Five days for each answer, and 3, 5 and then 7 days before the next try.
    expect(failing.map((event) => (event.created - start) / day).reverse()).toEqual([5, 13, 23]);
    await advance(6 * day);
    const { subscription } = await stripe.checkout.sessions.retrieve(session.id);
    expect(await stripe.subscriptions.retrieve(String(subscription))).toMatchObject({ status: 'canceled' });
  });

  it('for something bought once settles when told to', async () => {
    const { stripe, control, once } = await open();
    const session = await checkout(stripe, once.id, { mode: 'payment' });
    await submit(session.url, 'pay', { method: '3000' });
    const { payment_intent: id } = await stripe.checkout.sessions.retrieve(session.id);
    expect(await stripe.paymentIntents.retrieve(String(id), { expand: ['latest_charge'] })).toMatchObject({
      status: 'processing',
      latest_charge: { status: 'pending', paid: false },
    });
    expect((await control('POST', `/payment_intents/${id}/settle`, { outcome: 'failed' })).status).toBe(200);
    expect(types((await stripe.events.list({ limit: 3 })).data)).toEqual([
      'checkout.session.async_payment_failed',
      'payment_intent.payment_failed',
      'charge.failed',
    ]);
    expect((await control('POST', `/payment_intents/${id}/settle`, { outcome: 'succeeded' })).status).toBe(400);
  });
});

describe('paying an invoice over the API', () => {
  it.each([
    ['pm_card_chargeCustomerFail', 'card_declined', { off_session: true }],
    ['pm_card_authenticationRequired', 'invoice_payment_intent_requires_action', {}],
  ])('with %s is refused as %s, and was tried nevertheless', async (token, code, how) => {
    const { stripe, monthly } = await open();
    const { id: customer } = await aCustomer(stripe);
    const { latest_invoice: id } = await subscribe(stripe, monthly.id, {
      customer,
      payment_behavior: 'default_incomplete',
    });
    const method = await stripe.paymentMethods.attach(token, { customer });
    const paying = stripe.invoices.pay(String(id), { payment_method: method.id, ...how });
    await expect(paying).rejects.toMatchObject({ statusCode: 402, type: 'StripeCardError', code });
    expect(await stripe.invoices.retrieve(String(id))).toMatchObject({ status: 'open', attempt_count: 1 });
    expect((await stripe.events.list({ type: 'invoice.payment_failed' })).data).toHaveLength(1);
  });
});

describe('payment methods', () => {
  it('are made, attached, listed and detached, and hold no number', async () => {
    const { stripe, standIn } = await open();
    const { id: customer } = await aCustomer(stripe);
    const made = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
    await stripe.paymentMethods.attach(made.id, { customer });
    const debit = await stripe.paymentMethods.attach('pm_sepaDebit', { customer });
    expect(debit).toMatchObject({ type: 'sepa_debit', sepa_debit: { last4: '3000' } });
    const cards = await stripe.paymentMethods.list({ customer, type: 'card' });
    expect(cards.data.map((method) => method.id)).toEqual([made.id]);
    expect((await stripe.customers.listPaymentMethods(customer)).data).toHaveLength(2);
    await stripe.customers.update(customer, { invoice_settings: { default_payment_method: made.id } });
    await stripe.paymentMethods.detach(made.id);
    expect(await stripe.customers.retrieve(customer)).toMatchObject({
      invoice_settings: { default_payment_method: null },
    });
    const everything = JSON.stringify(await stripe.events.list({ limit: 100 }));
    expect(everything).not.toMatch(/\b\d{13,19}\b/);
    const numbered = await fetch(`${standIn.baseUrl}/v1/payment_methods`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_sandbox', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'type=card&card[number]=4242',
    });
    expect(numbered.status).toBe(400);
  });

  it('are renewed by the bank, and the renewal is told of', async () => {
    const { stripe, control, monthly, advance } = await open();
    const { id, customer } = await subscribe(stripe, monthly.id, { token: 'pm_card_chargeCustomerFail' });
    const [method] = (await stripe.paymentMethods.list({ customer: String(customer) })).data;
    await control('POST', `/payment_methods/${method?.id}/update`, { lastFour: '4242', expYear: 2040 });
    expect(await lastEvent(stripe)).toMatchObject({
      type: 'payment_method.automatically_updated',
      data: { object: { card: { last4: '4242', exp_year: 2040 } }, previous_attributes: { card: { last4: '0341' } } },
    });
    await advance(30 * day + hour);
    expect((await stripe.subscriptions.retrieve(id)).status).toBe('active');
  });
});

describe('a discount', () => {
  it('of everything asks for no payment, and for no card where none is required', async () => {
    const { stripe, monthly } = await open();
    const coupon = await stripe.coupons.create({ percent_off: 100, duration: 'forever' });
    const session = await checkout(stripe, monthly.id, {
      discounts: [{ coupon: coupon.id }],
      payment_method_collection: 'if_required',
    });
    await submit(session.url, 'pay');
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription.latest_invoice'] });
    expect(done).toMatchObject({
      amount_subtotal: 2900,
      amount_total: 0,
      payment_status: 'no_payment_required',
      total_details: { amount_discount: 2900 },
      subscription: {
        status: 'active',
        default_payment_method: null,
        latest_invoice: { subtotal: 2900, total: 0, amount_due: 0, status: 'paid' },
      },
    });
    expect((await stripe.events.list({ type: 'payment_intent.*' })).data).toEqual([]);
  });

  it.each([
    ['once', { percent_off: 50, duration: 'once' }, [1450, 2900]],
    [
      'for two months',
      { amount_off: 900, currency: 'usd', duration: 'repeating', duration_in_months: 2 },
      [2000, 2000, 2900],
    ],
    ['for ever', { percent_off: 10, duration: 'forever' }, [2610, 2610, 2610]],
  ] as const)('given %s lasts so long', async (_name, params, amounts) => {
    const { stripe, monthly, advance } = await open();
    const coupon = await stripe.coupons.create(params);
    const { id } = await subscribe(stripe, monthly.id, { discounts: [{ coupon: coupon.id }] });
    for (const _ of amounts.slice(1)) await advance(31 * day);
    const { data } = await stripe.invoices.list({ subscription: id, status: 'paid' });
    expect(data.map((invoice) => invoice.amount_paid).reverse()).toEqual(amounts);
    expect(data.at(-1)?.total_discount_amounts).toHaveLength(1);
  });

  it('comes by a promotion code too', async () => {
    const { stripe, monthly } = await open();
    const coupon = await stripe.coupons.create({ percent_off: 50, duration: 'once', name: 'Half' });
    const promotion = { coupon: coupon.id, type: 'coupon' } as const;
    const code = await stripe.promotionCodes.create({ promotion, code: 'HALF' });
    const session = await buy(stripe, monthly.id, { discounts: [{ promotion_code: code.id }] });
    expect(session).toMatchObject({ amount_total: 1450, discounts: [{ coupon: coupon.id, promotion_code: code.id }] });
    expect((await stripe.coupons.list()).data).toMatchObject([{ name: 'Half', times_redeemed: 1 }]);
  });
});

describe('an order', () => {
  it('that is invoiced makes a customer and a paid invoice', async () => {
    const { stripe, once } = await open();
    const session = await buy(stripe, once.id, { mode: 'payment', invoice_creation: { enabled: true } });
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['invoice.payments', 'customer'] });
    expect(done).toMatchObject({
      payment_status: 'paid',
      customer: { email: 'ada@example.com' },
      invoice: {
        billing_reason: 'manual',
        parent: null,
        status: 'paid',
        amount_paid: 9900,
        payments: { data: [{ payment: { payment_intent: session.payment_intent } }] },
      },
    });
  });
});
