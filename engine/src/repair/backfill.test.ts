import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { aStripeShop, type StripeShop } from '../testing/stripe-shop.ts';
import { type BackfillOptions, type BackfillReport, backfill } from './backfill.ts';
import { fetchMissedEvents } from './missed.ts';
import { reconcile } from './reconcile.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let shop: StripeShop;
beforeEach(async () => {
  shop = await aStripeShop();
});
afterEach(() => shop.close());

async function run(options: BackfillOptions = {}): Promise<BackfillReport> {
  const report = await backfill(shop.context, options);
  if (report.status === 'busy') throw new Error('Nobody else takes this account over.');
  return report;
}

/** Customers from before Onpaid was installed, of whom some have canceled. */
async function anOldAccount(count: number) {
  const buyers: Awaited<ReturnType<typeof shop.buy>>[] = [];
  for (let i = 0; i < count; i += 10) {
    const names = Array.from({ length: Math.min(10, count - i) }, (_, j) => `Old ${i + j}`);
    buyers.push(...(await Promise.all(names.map((name) => shop.buy(name)))));
  }
  for (const { subscriptionId } of buyers.filter((_, i) => i % 10 === 3)) {
    await shop.stripe.subscriptions.cancel(subscriptionId);
  }
  // Long ago, and not so long that they renew.
  shop.passTime(20 * DAY);
  await shop.goLive();
  return buyers;
}

/** Effects by kind and state. */
async function countEffects(): Promise<Record<string, number>> {
  const { rows } = await sql<{ what: string; n: number }>`
    select kind || ' ' || state as what, count(*)::int as n from onpaid.effect group by 1 order by 1
  `.execute(shop.db);
  return Object.fromEntries(rows.map(({ what, n }) => [what, n]));
}

test('RP10: an account is taken over whole: every customer has access as Stripe says, contacts and accounts are planned once, and nobody is mailed', async () => {
  await anOldAccount(40);
  const report = await run();
  expect(report).toMatchObject({ status: 'finished', applied: 40, skipped: 0, left: [] });
  expect(report.completeness).toEqual([
    { kind: 'customer', status: 'all', listed: 40, held: 40 },
    { kind: 'subscription', status: 'active', listed: 36, held: 36 },
    { kind: 'subscription', status: 'canceled', listed: 4, held: 4 },
    { kind: 'invoice', status: 'paid', listed: 40, held: 40 },
  ]);
  const { rows } = await sql`
    select billing, access_allowed, count(*)::int as n from onpaid.customer group by 1, 2 order by 1
  `.execute(shop.db);
  expect(rows).toEqual([
    { billing: 'active', access_allowed: true, n: 36 },
    { billing: 'canceled', access_allowed: false, n: 4 },
  ]);
  expect(await countEffects()).toEqual({
    'app.account planned': 36,
    'chat.sale suppressed': 36,
    'crm.contact planned': 40,
    'email.welcome suppressed': 36,
  });
  const versions = await sql`select max(version)::int as most from onpaid.effect where shape = 'state'`.execute(
    shop.db,
  );
  expect(versions.rows).toEqual([{ most: 1 }]);
  expect(await reconcile(shop.context, {})).toMatchObject({ subjects: 40, differing: 0 });
});

test('RP11: stopped anywhere, the next run goes on where it was: nothing is lost, nothing is doubled', async () => {
  await anOldAccount(250);
  const effects: Record<string, number>[] = [];
  let stops = 0;
  let report: BackfillReport;
  do {
    // Ends after each few steps, wherever they fall: in a list, between two, among the customers.
    const controller = new AbortController();
    let steps = 0;
    report = await run({
      signal: controller.signal,
      onProgress: () => {
        steps += 1;
        if (steps === 1 + (stops % 3)) controller.abort();
      },
    });
    stops += 1;
    effects.push(await countEffects());
  } while (report.status === 'stopped' && stops < 30);
  expect(report.status).toBe('finished');
  expect(stops).toBeGreaterThan(3);
  expect(report.completeness.every(({ listed, held }) => listed === held)).toBe(true);
  expect(await countEffects()).toEqual({
    'app.account planned': 225,
    'chat.sale suppressed': 225,
    'crm.contact planned': 250,
    'email.welcome suppressed': 225,
  });
  const left = await sql`select from onpaid.backfill_object`.execute(shop.db);
  expect(left.rows).toEqual([]);
});

/** `BACKFILL_CUSTOMERS=20000` shows it at the size of a real account. */
const many = Number(process.env.BACKFILL_CUSTOMERS ?? 500);

test('RP11: a seeded account, stopped half way and taken up again, ends complete with no mail planned', async () => {
  await shop.control('POST', '/seed', { customers: many, createdDaysAgo: 60 });
  await shop.goLive();
  const controller = new AbortController();
  const half = await run({
    signal: controller.signal,
    onProgress: ({ applied }) => {
      if (applied >= many / 2) controller.abort();
    },
  });
  expect(half.status).toBe('stopped');
  const report = await run();
  expect(report).toMatchObject({ status: 'finished', isResumed: true, applied: many - half.applied });

  expect(report.completeness.filter(({ listed, held }) => listed !== held)).toEqual([]);
  const listed = report.completeness.filter(({ kind }) => kind === 'subscription');
  expect(listed.reduce((sum, row) => sum + row.listed, 0)).toBe(many);
  const { rows } = await sql`
    select slot, state, count(*)::int as n from onpaid.effect where shape = 'message' group by 1, 2 order by 1
  `.execute(shop.db);
  expect(rows).toEqual([
    { slot: 'chat', state: 'suppressed', n: expect.any(Number) },
    { slot: 'email', state: 'suppressed', n: expect.any(Number) },
  ]);
}, 900_000);

test('RP9: a dry run counts what Stripe lists and what of it is new, and changes nothing', async () => {
  await anOldAccount(12);
  const before = await shop.dump();
  const report = await run({ dryRun: true });
  expect(report).toMatchObject({ status: 'finished', unheld: 36, applied: 0 });
  expect(report.listed).toEqual({
    customer: { all: 12 },
    subscription: { active: 11, canceled: 1 },
    invoice: { paid: 12 },
  });
  expect(await shop.dump()).toEqual(before);
});

test('RP12: what changed while its page was on the way is not undone by the page', async () => {
  const [buyer] = await anOldAccount(3);
  const { stripe } = shop;
  const { pages } = shop.context.calls;
  // Between the answer and our reading it, the customer leaves, and the webhook has said so.
  const slow = {
    ...shop.context,
    calls: {
      ...shop.context.calls,
      async *pages(...args: Parameters<typeof pages>) {
        for await (const page of pages(...args)) {
          if (args[0] === 'subscriptions') {
            await stripe.subscriptions.cancel(buyer?.subscriptionId ?? '');
            await shop.settle();
          }
          yield page;
        }
      },
    },
  } as typeof shop.context;
  expect(await backfill(slow)).toMatchObject({ status: 'finished' });
  const held = await sql`
    select value ->> 'status' as status from onpaid.billing_object where id = ${buyer?.subscriptionId}
  `.execute(shop.db);
  expect(held.rows).toEqual([{ status: 'canceled' }]);
});

test('RP13: a day after installing into an account of old customers, stray events have welcomed none of them, and a purchase whose webhook was missed for two hours is welcomed', async () => {
  const old = await anOldAccount(60);
  // Not taken over yet: an old customer is first known by a stray event.
  const stays = old.filter((_, i) => i % 10 !== 3);
  for (const { customerId, subscriptionId } of stays.slice(0, 20)) {
    await shop.stripe.customers.update(customerId, { name: 'Known by now' });
    await shop.stripe.subscriptions.update(subscriptionId, { metadata: { note: 'stray' } });
  }
  await shop.settle();
  await run();
  for (const { subscriptionId } of stays.slice(20, 30)) {
    await shop.stripe.subscriptions.update(subscriptionId, { metadata: { note: 'stray' } });
  }
  await shop.settle();
  shop.passTime(DAY);

  await shop.misdeliver({ dropEvery: 1 });
  await shop.buy('Missed');
  await shop.misdeliver(null);
  shop.passTime(2 * HOUR);
  await fetchMissedEvents(shop.context, AbortSignal.timeout(60_000));
  await shop.settle();

  const { rows } = await sql<{ email: string; state: string }>`
    select data #>> '{person,email}' as email, state from onpaid.effect where kind = 'email.welcome' and state <> 'suppressed'
  `.execute(shop.db);
  expect(rows).toEqual([{ email: 'missed@customer.example', state: 'planned' }]);
  const mails = await sql`
    select id from onpaid.effect where slot = 'email' and kind <> 'email.welcome' and state <> 'suppressed'
  `.execute(shop.db);
  expect(mails.rows).toEqual([]);
}, 60_000);
