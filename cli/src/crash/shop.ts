import { connectHubSpot } from '@onpaid/connectors';
import {
  createLogger,
  createRecorder,
  createWaker,
  type OpenDatabase,
  stampDeployment,
  startReceiver,
} from '@onpaid/engine';
import { startStripeStandIn, startVendorStandIns } from '@onpaid/sandbox';
import Stripe from 'stripe';
import { loadConfig } from '../program.ts';
import * as standIns from '../smoke/stand-ins.ts';
import { createMissingPrices } from '../supervisor/catalog.ts';
import { registerEndpoint, sandboxAddressVariables, sandboxVariables } from '../supervisor/sandbox.ts';

export interface Buyer {
  name: string;
  email: string;
  customerId: string;
  subscriptionId: string;
}

export type Vendor = 'app' | 'hubspot' | 'email' | 'zendesk' | 'slack';
export type Inboxes = { [V in Vendor]: standIns.Records<V> };
export type Shop = Awaited<ReturnType<typeof openShop>>;

const secrets = {
  session: 'a-secret-of-the-crash-matrix-alone-0123456789',
  stripeKey: 'sk_test_sandbox0123456789',
  webhook: 'whsec_0123456789abcdef0123456789abcdef',
  hubspot: 'pat-sandbox-0123456789',
  zendesk: 'zd-sandbox-0123456789',
  provisioning: `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`,
};

const variables = sandboxVariables(secrets);
const credentials = {
  hubspotToken: secrets.hubspot,
  zendeskEmail: variables.ZENDESK_EMAIL ?? '',
  zendeskToken: secrets.zendesk,
  provisioningSecret: secrets.provisioning,
};

/** Stripe counts in whole seconds; a purchase in the second in which an installation goes live was before it. */
const SINCE_LIVE_MS = 2_000;

/**
 * Everything around the workers, in this process: Stripe and the vendors as stand-ins, and the receiver that records what
 * Stripe says. Stripe, the receiver and the workers go by one clock, which can be moved on. Vendors keep the real one, as
 * their connections do when they sign.
 */
export async function openShop(database: OpenDatabase & { url: string }) {
  await stampDeployment(database.db, { mode: 'sandbox', stripeAccount: null });
  let aheadMs = SINCE_LIVE_MS;
  const now = () => new Date(Date.now() + aheadMs);

  const stripe = await startStripeStandIn({ port: 0, secretKey: secrets.stripeKey, now });
  const vendors = await startVendorStandIns({ port: 0, smtpPort: 0, credentials });
  const log = createLogger('receiver', { level: 'warn' });
  const recorder = createRecorder({ pool: database.pool, onRecorded: createWaker(database.pool, log) });
  const receiver = await startReceiver({
    port: 0,
    host: '127.0.0.1',
    mode: 'sandbox',
    secrets: [secrets.webhook],
    recorder,
    now,
    log,
  });
  const sandbox: standIns.Sandbox = {
    webhookSecret: secrets.webhook,
    stripe: stripe.baseUrl,
    baseUrls: vendors.baseUrls,
    inboxUrls: vendors.inboxUrls,
    faultsUrl: `${vendors.controlUrl}/_faults`,
  };
  const env = {
    ...variables,
    ...sandboxAddressVariables({ ...sandbox, vendors: vendors.controlUrl }),
    DATABASE_URL: database.url,
    ONPAID_SECRET: secrets.session,
    ONPAID_URL: 'http://127.0.0.1:3000',
  };

  const config = await loadConfig();
  await createMissingPrices(config, { secretKey: secrets.stripeKey, apiBase: stripe.baseUrl });
  await connectHubSpot({ token: secrets.hubspot, baseUrl: vendors.baseUrls.hubspot }).setup?.(
    AbortSignal.timeout(10_000),
  );
  await registerEndpoint(stripe.baseUrl, {
    url: `http://127.0.0.1:${receiver.port}/api/stripe/webhook`,
    secret: secrets.webhook,
  });
  const client = new Stripe(secrets.stripeKey, { host: '127.0.0.1', port: stripe.port, protocol: 'http' });
  const [price] = (await client.prices.list({ limit: 1 })).data;
  if (price === undefined) throw new Error('Stripe’s stand-in has no price after the set-up.');

  return {
    env,
    aheadMs: () => aheadMs,
    passTime(ms: number) {
      aheadMs += ms;
    },

    async buy(name: string): Promise<Buyer> {
      const email = `${name.toLowerCase().replaceAll(' ', '.')}@customer.example`;
      const session = await client.checkout.sessions.create({
        mode: 'subscription',
        line_items: [{ price: price.id, quantity: 1 }],
        success_url: 'http://127.0.0.1:3000/checkout/return',
        cancel_url: 'http://127.0.0.1:3000/pricing',
      });
      const body = new URLSearchParams({ action: 'pay', email, name });
      const paid = await fetch(session.url ?? '', { method: 'POST', body, redirect: 'manual' });
      if (paid.status !== 303) throw new Error(`Paying was answered ${paid.status}: ${await paid.text()}`);
      const { customer, subscription } = await client.checkout.sessions.retrieve(session.id);
      return { name, email, customerId: String(customer), subscriptionId: String(subscription) };
    },
    failRenewal: ({ subscriptionId }: Buyer) => standIns.renew(sandbox, subscriptionId, 'failed'),
    payInvoice: (invoiceId: string) => standIns.retryInvoice(sandbox, invoiceId, 'paid'),

    /** Until whatever Stripe has to say is recorded. */
    async isDelivered(): Promise<boolean> {
      return (await standIns.countDeliveries(sandbox)).pending === 0;
    },
    /** The vendor does what it is asked, and the answer is lost: once. */
    async loseNextAnswer(vendor: Vendor): Promise<void> {
      const fault = { mode: 'drop_after_commit', times: 1 };
      await fetch(`${sandbox.faultsUrl}/${vendor}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(fault),
      });
    },
    async loseNoAnswer(vendor: Vendor): Promise<void> {
      await fetch(`${sandbox.faultsUrl}/${vendor}`, { method: 'DELETE' });
    },
    async faultsLeft(): Promise<unknown[]> {
      const faults = (await (await fetch(sandbox.faultsUrl)).json()) as Record<string, unknown>;
      return Object.values(faults).filter((fault) => fault !== null);
    },
    async inboxes(): Promise<Inboxes> {
      const [app, hubspot, email, zendesk, slack] = await Promise.all([
        standIns.recordsOf(sandbox, 'app'),
        standIns.recordsOf(sandbox, 'hubspot'),
        standIns.recordsOf(sandbox, 'email'),
        standIns.recordsOf(sandbox, 'zendesk'),
        standIns.recordsOf(sandbox, 'slack'),
      ]);
      return { app, hubspot, email, zendesk, slack };
    },

    async close(): Promise<void> {
      await receiver.close();
      await recorder.close();
      await Promise.all([stripe.close(), vendors.close()]);
    },
  };
}
