import { describe, expect, it } from 'vitest';
import { aCustomer, eventsSince, lastEvent, openShop, stock, subscribe } from '../testing/shop.ts';

async function aPortal() {
  const shop = await openShop();
  const { product, monthly } = await stock(shop.stripe);
  const bigger = await shop.stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: 5900,
    recurring: { interval: 'month' },
    nickname: 'Bigger',
  });
  const subscription = await subscribe(shop.stripe, monthly.id);
  const customer = String(subscription.customer);
  const session = await shop.stripe.billingPortal.sessions.create({ customer, return_url: 'http://shop.test/account' });
  const press = (action: string, fields: Record<string, string> = {}) =>
    fetch(session.url, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ action, subscription: subscription.id, ...fields }),
    });
  const { id: before } = await lastEvent(shop.stripe);
  const told = async () => (await eventsSince(shop.stripe, before)).map((event) => event.type);
  const now = () => shop.stripe.subscriptions.retrieve(subscription.id);
  return { ...shop, bigger, customer, session, press, told, now };
}

describe('the portal', () => {
  it('shows the plan, the invoices and the way back', async () => {
    const { session } = await aPortal();
    const response = await fetch(session.url);
    const page = await response.text();
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    for (const words of [
      'Pro monthly: $29.00 a month',
      '-0001',
      'http://shop.test/account',
      'Bigger: $59.00 a month',
    ]) {
      expect(page).toContain(words);
    }
  });

  it('cancels at the end of the period, and takes that back', async () => {
    const { press, now, told, session } = await aPortal();
    expect((await press('cancel')).status).toBe(303);
    expect(await now()).toMatchObject({ status: 'active', cancel_at_period_end: true });
    expect(await (await fetch(session.url)).text()).toContain('Keep the subscription');
    await press('keep');
    expect(await now()).toMatchObject({ cancel_at_period_end: false, cancel_at: null });
    expect(await told()).toEqual(['customer.subscription.updated', 'customer.subscription.updated']);
  });

  it('changes the plan, and bills the difference at once', async () => {
    const { press, now, told, bigger } = await aPortal();
    expect((await press('change', { price: bigger.id })).status).toBe(303);
    expect((await now()).items.data[0]?.price.id).toBe(bigger.id);
    expect(await told()).toEqual(expect.arrayContaining(['invoice.paid', 'customer.subscription.updated']));
  });

  it('changes the card, unless the bank refuses it', async () => {
    const { press, stripe, customer, told } = await aPortal();
    const refused = await press('card', { method: '9987' });
    expect([refused.status, await refused.text()]).toEqual([402, expect.stringContaining('Your card was declined')]);
    expect(await told()).toEqual([]);
    await press('card', { method: '0341' });
    const updated = await stripe.customers.retrieve(customer, { expand: ['invoice_settings.default_payment_method'] });
    expect(updated).toMatchObject({ invoice_settings: { default_payment_method: { card: { last4: '0341' } } } });
    expect(await told()).toEqual(['payment_method.attached', 'customer.updated']);
  });

  it("touches nobody else's subscription", async () => {
    const { stripe, session, now } = await aPortal();
    const other = await aCustomer(stripe, 'pm_card_visa', 'eve@example.com');
    const { url } = await stripe.billingPortal.sessions.create({ customer: other.id });
    const { id } = await now();
    const forged = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams({ action: 'cancel', subscription: id }),
    });
    expect(forged.status).toBe(409);
    expect((await now()).cancel_at_period_end).toBe(false);
    expect((await fetch(`${session.url}x`)).status).toBe(404);
  });

  it('can be kept from canceling', async () => {
    const { stripe, customer } = await aPortal();
    const configuration = await stripe.billingPortal.configurations.create({
      features: { subscription_cancel: { enabled: false } },
    });
    const session = await stripe.billingPortal.sessions.create({ customer, configuration: configuration.id });
    expect(await (await fetch(session.url)).text()).not.toContain('Cancel at the end');
    expect((await stripe.billingPortal.configurations.list()).data.map((row) => row.is_default)).toEqual([false, true]);
  });
});
