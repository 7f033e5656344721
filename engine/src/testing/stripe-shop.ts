import { setTimeout as delay } from 'node:timers/promises';
import { startStripeStandIn } from '@onpaid/sandbox';
import { sql } from 'kysely';
import { pino } from 'pino';
import Stripe from 'stripe';
import { convergeSubjects } from '../billing/converge.ts';
import { createStripeReader } from '../billing/snapshot.ts';
import { createStripeCalls } from '../billing/stripe-calls.ts';
import { verifySubjects } from '../billing/verify.ts';
import { stampDeployment } from '../db/deployment.ts';
import type { Connection, Slot } from '../effects/connection.ts';
import { startReceiver } from '../receive/node-server.ts';
import { createRecorder } from '../receive/record.ts';
import type { RepairContext } from '../repair/context.ts';
import { aPlan, aPolicy } from './policies.ts';
import { testDatabase } from './test-database.ts';

const secretKey = 'sk_test_sandbox0123456789';
const webhookSecret = 'whsec_0123456789abcdef0123456789abcdef';
/** Looking costs the stand-in the list of all it has delivered. */
const LOOK_EVERY_MS = 50;
const MONTHLY = 'team_monthly';

const policy = aPolicy({ plans: [aPlan('team', { grants: ['app', 'team'] })] });

/** Only its presence in a slot matters: nothing is sent here, and what is planned is looked at. */
const connection = (slot: Slot): Connection => ({
  slot,
  vendor: 'none',
  label: 'None',
  ratePerSecond: 1,
  handlers: {},
  probe: async () => ({ ok: true, value: { account: null } }),
});
const slots: Slot[] = ['app', 'crm', 'email', 'helpdesk', 'chat'];

export type StripeShop = Awaited<ReturnType<typeof aStripeShop>>;

/**
 * A shop on the real line: Stripe's stand-in, the receiver that records what it delivers, and convergence by hand. Stripe and
 * we go by one clock, which only moves on. Close it in `afterAll`, or when the test has finished.
 */
export async function aStripeShop() {
  const database = await testDatabase();
  const { db, pool } = database;
  let aheadMs = 0;
  const now = () => new Date(Date.now() + aheadMs);
  const log = pino({ level: 'silent' });

  const standIn = await startStripeStandIn({ port: 0, secretKey, now });
  const stripe = new Stripe(secretKey, {
    host: '127.0.0.1',
    port: standIn.port,
    protocol: 'http',
    telemetry: false,
    maxNetworkRetries: 0,
  });
  const product = await stripe.products.create({ name: 'Team' });
  const price = await stripe.prices.create({
    product: product.id,
    currency: 'usd',
    unit_amount: 4900,
    recurring: { interval: 'month' },
    lookup_key: MONTHLY,
  });

  const recorder = createRecorder({ pool });
  const receiver = await startReceiver({
    port: 0,
    host: '127.0.0.1',
    mode: 'sandbox',
    secrets: [webhookSecret],
    recorder,
    now,
    log,
  });

  async function control<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${standIn.baseUrl}/_control${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  const calls = createStripeCalls({ secretKey, apiBase: standIn.baseUrl, log, ratePerSecond: 2_000 });
  const context: RepairContext = {
    db,
    pool,
    log,
    now,
    policy,
    calls,
    mode: 'sandbox',
    baseUrl: 'https://northwind.example',
    stripe: createStripeReader(calls, now),
    connections: Object.fromEntries(slots.map((slot) => [slot, connection(slot)])),
    workerId: 'test-worker',
    wake: () => {},
    reached: () => {},
  };

  return {
    db,
    pool,
    context,
    stripe,
    price,
    control,
    passTime(ms: number) {
      aheadMs += ms;
    },

    /** From here on: what Stripe had before is older than this installation, and webhooks reach us. */
    async goLive(): Promise<void> {
      await stampDeployment(db, { mode: 'sandbox', stripeAccount: null });
      await sql`update onpaid.deployment set live_since = ${now()}`.execute(db);
      aheadMs += 2_000;
      const url = `http://127.0.0.1:${receiver.port}/api/stripe/webhook`;
      await control('POST', '/endpoints', { url, secret: webhookSecret });
    },

    /** Every delivery from now on goes wrong in this way; null ends it. */
    misdeliver: (deliver: Record<string, unknown> | null) =>
      control('PUT', '/faults', deliver === null ? {} : { deliver }),

    async buy(name: string): Promise<{ customerId: string; subscriptionId: string }> {
      const session = await stripe.checkout.sessions.create({
        mode: 'subscription',
        line_items: [{ price: price.id, quantity: 1 }],
        success_url: 'http://shop.test/thanks',
        cancel_url: 'http://shop.test/pricing',
      });
      const email = `${name.toLowerCase().replaceAll(' ', '.')}@customer.example`;
      const body = new URLSearchParams({ action: 'pay', email, name });
      const paid = await fetch(session.url ?? '', { method: 'POST', body, redirect: 'manual' });
      if (paid.status !== 303) throw new Error(`Paying was answered ${paid.status}: ${await paid.text()}`);
      const { customer, subscription } = await stripe.checkout.sessions.retrieve(session.id);
      return { customerId: String(customer), subscriptionId: String(subscription) };
    },

    /** Until everything Stripe sends is recorded; nothing is projected. */
    async delivered(): Promise<void> {
      while (await isPending(control)) await delay(LOOK_EVERY_MS);
    },

    /** Nothing is on its way, unprojected, or waiting to be read; the clock is moved where a read waits for its moment. */
    async settle(): Promise<void> {
      for (let round = 0; round < 10_000; round += 1) {
        if (await isPending(control)) await delay(LOOK_EVERY_MS);
        const done =
          (await convergeSubjects(context, { budgetMs: 60_000, limit: 200 })) +
          (await verifySubjects(context, { budgetMs: 60_000 }));
        if (done > 0) continue;
        const { rows } = await sql<{ at: Date | null }>`select min(verify_at) as at from onpaid.subject`.execute(db);
        const at = rows[0]?.at ?? null;
        if (at === null && !(await isPending(control))) return;
        if (at === null) continue;
        aheadMs += Math.max(at.getTime() - now().getTime(), 0) + 1;
      }
      throw new Error('The shop did not come to rest.');
    },

    /** All that the line holds, table by table, to be compared before and after. */
    async dump(): Promise<Record<string, unknown[]>> {
      const tables = [
        'event',
        'event_payload',
        'subject',
        'billing_object',
        'customer',
        'transition',
        'effect',
        'issue',
      ];
      const repair = ['walk', 'event_watermark', 'drift', 'backfill_object'];
      const dumped: Record<string, unknown[]> = {};
      for (const table of [...tables, ...repair]) {
        const { rows } = await sql<{ row: unknown }>`
          select to_jsonb(it) as row from onpaid.${sql.id(table)} it order by to_jsonb(it)::text
        `.execute(db);
        dumped[table] = rows.map(({ row }) => row);
      }
      return dumped;
    },

    async close(): Promise<void> {
      await receiver.close();
      await recorder.close();
      await standIn.close();
      await database.close();
    },
  };
}

async function isPending(control: <T>(method: string, path: string) => Promise<T>): Promise<boolean> {
  const { deliveries } = await control<{ deliveries: { status: string }[] }>('GET', '/deliveries');
  return deliveries.some((delivery) => delivery.status === 'pending');
}
