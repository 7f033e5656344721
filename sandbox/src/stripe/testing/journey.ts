import Stripe from 'stripe';
import type { openShop } from './shop.ts';
import { buy, checkout, secretKey, stock, submit, subscribe } from './shop.ts';

type Shop = Awaited<ReturnType<typeof openShop>>;

/** A client that shows every answer as it came over the wire, before the SDK makes anything of it. */
export function watchedClient({ standIn }: Shop, saw: (body: unknown, where: string) => void): Stripe {
  const watch: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const { pathname } = new URL(String(input));
    if (response.ok) saw(await response.clone().json(), `${init?.method ?? 'GET'} ${pathname}`);
    return response;
  };
  return new Stripe(secretKey, {
    host: '127.0.0.1',
    port: standIn.port,
    protocol: 'http',
    telemetry: false,
    maxNetworkRetries: 0,
    httpClient: Stripe.createFetchHttpClient(watch),
  });
}

/** Everything a shop can go through, so that every table of the state has rows and every kind of event has happened. */
export async function goThroughEverything(stripe: Stripe, shop: Shop): Promise<void> {
  const { control } = shop;
  const { product, monthly, once } = await stock(stripe);
  await stripe.products.update(product.id, { default_price: monthly.id, url: 'http://shop.test' });
  await stripe.prices.update(monthly.id, { nickname: 'Every month' });
  const endpoint = await stripe.webhookEndpoints.create({ url: 'http://127.0.0.1:9/', enabled_events: ['*'] });
  await stripe.webhookEndpoints.update(endpoint.id, { description: 'Nobody is there' });
  await control('POST', `/endpoints/${endpoint.id}/roll`, {});

  const { customer, subscription } = await buy(stripe, monthly.id, { metadata: { source: 'ad' } });
  await stripe.customers.update(String(customer), { name: 'Ada', metadata: { crm: '1' } });
  await control('POST', `/subscriptions/${subscription}/renew`, { outcome: 'paid' });
  const { body: failed } = await control('POST', `/subscriptions/${subscription}/renew`, { outcome: 'failed' });
  await control('POST', `/invoices/${failed.invoice.id}/retry`, { outcome: 'paid' });
  await stripe.subscriptions.update(String(subscription), { cancel_at_period_end: true });
  await stripe.subscriptions.cancel(String(subscription));

  await goThroughTime(stripe, shop, monthly.id);

  const bought = await buy(stripe, once.id, { mode: 'payment', customer_creation: 'if_required' });
  await stripe.checkout.sessions.listLineItems(bought.id);
  const declined = await checkout(stripe, once.id, { mode: 'payment' });
  await submit(declined.url, 'decline');
  await stripe.checkout.sessions.expire(declined.id);
  await stripe.customers.del((await stripe.customers.create({ email: 'bob@example.com' })).id);

  await stripe.accounts.retrieveCurrent();
  for (const list of [
    stripe.charges,
    stripe.checkout.sessions,
    stripe.customers,
    stripe.events,
    stripe.invoices,
    stripe.invoicePayments,
    stripe.paymentIntents,
    stripe.prices,
    stripe.products,
    stripe.subscriptions,
    stripe.v2.core.events,
    stripe.webhookEndpoints,
  ]) {
    await list.list({ limit: 100 });
  }
  await stripe.customers.listPaymentMethods(String(customer));
  await stripe.webhookEndpoints.del(
    (await stripe.webhookEndpoints.create({ url: 'http://127.0.0.1:9/gone', enabled_events: ['invoice.paid'] })).id,
  );
}

/** What only happens because time passes, or because a bank takes its time. */
async function goThroughTime(stripe: Stripe, { control }: Shop, price: string): Promise<void> {
  await control('PUT', '/settings', { eventDays: 1000 });
  const { product } = await stripe.prices.retrieve(price);
  const dearer = await stripe.prices.create({
    product: String(product),
    currency: 'usd',
    unit_amount: 5900,
    recurring: { interval: 'month' },
  });
  const tried = await subscribe(stripe, price, { trial_period_days: 5 });
  const changed = await subscribe(stripe, price);
  await stripe.subscriptions.update(changed.id, {
    items: [{ id: changed.items.data[0]?.id ?? '', price: dearer.id }],
    proration_behavior: 'create_prorations',
  });
  await subscribe(stripe, price, { token: 'pm_sepaDebit' });
  await subscribe(stripe, price, { token: 'pm_card_chargeCustomerFail' });
  await subscribe(stripe, price, { token: 'pm_card_authenticationRequired' });
  const paused = await subscribe(stripe, price);
  await stripe.subscriptions.pause(paused.id);
  await control('POST', '/clock', { advanceSeconds: 70 * 24 * 3600 });
  await stripe.subscriptions.resume(paused.id);
  await stripe.subscriptions.cancel(tried.id);
}
