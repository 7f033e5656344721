import Stripe from 'stripe';
import { goThroughGoods } from './journey-goods.ts';
import { goThroughMoneyBack } from './journey-money-back.ts';
import { goThroughPages } from './journey-pages.ts';
import { goThroughRefusals } from './journey-refusals.ts';
import { goThroughSubscriptions, goThroughTime } from './journey-subscriptions.ts';
import { type openShop, secretKey } from './shop.ts';

export type Shop = Awaited<ReturnType<typeof openShop>>;

/** A client that shows every answer as it came over the wire, before the SDK makes anything of it. */
export function watchedClient({ standIn }: Shop, saw: (body: unknown, where: string) => void): Stripe {
  const watch: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const { pathname } = new URL(String(input));
    const body: unknown = await response.clone().json();
    const where = `${init?.method ?? 'GET'} ${pathname}`;
    // An error has no name of its own, by which its type could be found.
    saw(response.ok ? body : { object: 'error', ...(body as { error: object }).error }, where);
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
export async function goThroughEverything(stripe: Stripe, { standIn, control }: Shop): Promise<void> {
  // A hand that missed its control would leave out a part of the way unseen.
  const press: Shop['control'] = async (method, path, body) => {
    const answer = await control(method, path, body);
    if (answer.status >= 400) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.body.error}`);
    return answer;
  };
  const shop = { standIn, stripe, control: press };
  await press('PUT', '/settings', { eventDays: 1000 });
  const goods = await goThroughGoods(stripe);
  await goThroughEndpoints(stripe, shop);
  await goThroughPages(stripe, shop, goods);
  await goThroughSubscriptions(stripe, shop, goods);
  await goThroughMoneyBack(stripe, shop, goods);
  await goThroughTime(stripe, shop, goods);
  await goThroughRefusals(stripe, goods);
  await listEverything(stripe, goods.product.id);
}

async function goThroughEndpoints(stripe: Stripe, { control }: Shop): Promise<void> {
  const url = 'http://127.0.0.1:9/';
  const endpoint = await stripe.webhookEndpoints.create({ url, enabled_events: ['*'] });
  await stripe.webhookEndpoints.update(endpoint.id, { description: 'Nobody is there' });
  await control('POST', `/endpoints/${endpoint.id}/roll`, {});
  const gone = await stripe.webhookEndpoints.create({ url: `${url}gone`, enabled_events: ['invoice.paid'] });
  await stripe.webhookEndpoints.del(gone.id);
}

async function listEverything(stripe: Stripe, product: string): Promise<void> {
  await stripe.accounts.retrieveCurrent();
  for (const list of [
    stripe.billingPortal.configurations,
    stripe.charges,
    stripe.checkout.sessions,
    stripe.coupons,
    stripe.customers,
    stripe.disputes,
    stripe.entitlements.features,
    stripe.events,
    stripe.invoices,
    stripe.invoicePayments,
    stripe.paymentIntents,
    stripe.paymentMethods,
    stripe.prices,
    stripe.products,
    stripe.promotionCodes,
    stripe.radar.earlyFraudWarnings,
    stripe.refunds,
    stripe.subscriptions,
    stripe.v2.core.events,
    stripe.webhookEndpoints,
  ]) {
    await list.list({ limit: 100 });
  }
  await stripe.products.listFeatures(product);
  const [customer] = (await stripe.customers.list({ limit: 1 })).data;
  const id = customer?.id ?? '';
  await stripe.customers.listPaymentMethods(id);
  await stripe.entitlements.activeEntitlements.list({ customer: id });
}
