import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import { onTestFinished } from 'vitest';
import { type StripeStandIn, startStripeStandIn } from '../server.ts';
import type { Delivery } from '../state.ts';

export const secretKey = 'sk_test_sandbox';
export const webhookSecret = 'whsec_testsecrettestsecret';

/** A stand-in and the official SDK pointed at it; both end with the test. */
export async function openShop(options: { dataDir?: string; now?: () => Date } = {}) {
  const standIn = await startStripeStandIn({ port: 0, secretKey, ...options });
  onTestFinished(() => standIn.close());
  return { standIn, stripe: clientOf(standIn), control: controlOf(standIn) };
}

export function clientOf({ port }: StripeStandIn, key = secretKey): Stripe {
  return new Stripe(key, { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0, telemetry: false });
}

/** The parts of the controls' answers that tests look at. */
type ControlBody = {
  error: string;
  invoice: Stripe.Invoice;
  deliveries: [Delivery, ...Delivery[]];
  counts: Record<string, number>;
  secret: string;
};

function controlOf({ baseUrl }: StripeStandIn) {
  return async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${baseUrl}/_control${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as ControlBody };
  };
}

/** Something to sell: 29 dollars a month, 1,200 yen a month, and 99 dollars once. */
export async function stock(stripe: Stripe) {
  const product = await stripe.products.create({ name: 'Pro', description: 'Everything in Starter, and more' });
  const monthly = await stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: 2900,
    recurring: { interval: 'month' },
    lookup_key: 'pro_monthly',
    nickname: 'Pro monthly',
  });
  const yen = await stripe.prices.create({
    product: product.id,
    currency: 'jpy',
    unit_amount: 1200,
    recurring: { interval: 'month' },
  });
  const once = await stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 9900 });
  return { product, monthly, yen, once };
}

/** What a person does on the payment page. */
export function submit(
  url: string | null,
  action: 'pay' | 'decline' | 'leave' | 'authenticate' | 'deny',
  fields: Record<string, string> = {},
) {
  const body = new URLSearchParams({ action, email: 'ada@example.com', name: 'Ada Lovelace', ...fields });
  return fetch(url ?? '', { method: 'POST', body, redirect: 'manual' });
}

export async function checkout(stripe: Stripe, price: string, more: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  return stripe.checkout.sessions.create({
    mode: 'subscription',
    line_items: [{ price, quantity: 1 }],
    success_url: 'http://shop.test/thanks?session={CHECKOUT_SESSION_ID}',
    cancel_url: 'http://shop.test/pricing',
    ...more,
  });
}

/** Buys as a new person would; answers the finished session. */
export async function buy(stripe: Stripe, price: string, more: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  const session = await checkout(stripe, price, more);
  const response = await submit(session.url, 'pay');
  if (response.status !== 303) throw new Error(`Paying answered ${response.status}: ${await response.text()}`);
  return stripe.checkout.sessions.retrieve(session.id);
}

type Received = { headers: Record<string, string | string[] | undefined>; body: string; type: string; id: string };

/** An endpoint that keeps what it was sent and answers as told. */
export async function receive(answer: (count: number, received: Received) => number | Promise<number> = () => 200) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const { type, id } = JSON.parse(body) as { type: string; id: string };
    const delivery = { headers: request.headers, body, type, id };
    received.push(delivery);
    const status = await answer(received.length, delivery);
    response
      .writeHead(status, status >= 300 && status < 400 ? { location: '/elsewhere' } : {})
      .end(`answered ${status}`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook` };
}

/** A customer who pays with the test method of that token; without one, a customer who cannot pay yet. */
export async function aCustomer(stripe: Stripe, token?: string, email = 'ada@example.com') {
  const customer = await stripe.customers.create({ email, name: 'Ada Lovelace' });
  if (!token) return customer;
  const method = await stripe.paymentMethods.attach(token, { customer: customer.id });
  return stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
}

/** A subscription made over the API. */
export async function subscribe(
  stripe: Stripe,
  price: string,
  more: Partial<Stripe.SubscriptionCreateParams> & { token?: string } = {},
) {
  const { token = 'pm_card_visa', ...params } = more;
  const customer = params.customer ?? (await aCustomer(stripe, token)).id;
  return stripe.subscriptions.create({ items: [{ price }], ...params, customer });
}

/** What happened since, oldest first. */
export async function eventsSince(stripe: Stripe, id: string) {
  const events: Stripe.Event[] = [];
  for await (const event of stripe.events.list({ limit: 100 })) {
    if (event.id === id) break;
    events.push(event);
  }
  return events.reverse();
}

export async function lastEvent(stripe: Stripe) {
  return (await stripe.events.list({ limit: 1 })).data[0]!;
}
