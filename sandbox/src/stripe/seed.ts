import { setImmediate as turn } from 'node:timers/promises';
import * as z from 'zod';
import { cancelSubscription } from './billing/cancel.ts';
import { chargeInvoice } from './billing/invoice.ts';
import { attachPaymentMethod, createPaymentMethod } from './billing/payment-method.ts';
import { periodEnd } from './billing/period.ts';
import { startSubscription } from './billing/subscription.ts';
import type { Price } from './objects.ts';
import type { Operation } from './operation.ts';
import { createCustomer } from './resources/customers.ts';
import { createPrice } from './resources/prices.ts';
import { createProduct } from './resources/products.ts';
import type { StandIn } from './stand-in.ts';

export const seedSchema = z.strictObject({
  customers: z.int().min(1).max(100_000),
  createdDaysAgo: z.int().min(1).max(3650).default(365),
  withEvents: z.boolean().default(false),
});

const day = 86_400;
const atOnce = 250;

type Fate = 'active' | 'canceled' | 'past_due' | 'trialing';

/** Of a hundred: two canceled, two past due, two on trial. */
const fates: Record<number, Fate> = {
  7: 'canceled',
  57: 'canceled',
  23: 'past_due',
  73: 'past_due',
  41: 'trialing',
  91: 'trialing',
};

/**
 * An account with a past: customers, each with one subscription that began some time ago, after which the time until
 * now goes by as it always does. So their invoices, retries and notices are what they would have been.
 */
export async function seed(standIn: StandIn, asked: z.output<typeof seedSchema>): Promise<Record<Fate, number>> {
  const { customers, createdDaysAgo, withEvents } = asked;
  const now = Math.floor(standIn.now().getTime() / 1000);
  const before = standIn.state.customers.size;
  const born = now - createdDaysAgo * day;
  const counts: Record<Fate, number> = { active: 0, canceled: 0, past_due: 0, trialing: 0 };
  await standIn.makePast(!withEvents, async (performAt) => {
    const prices = performAt(born, recurringPrices);
    for (let index = 0; index < customers; index += 1) {
      const price = prices[index % prices.length];
      if (!price) break;
      const fate = fateOf(index, createdDaysAgo);
      const begun = beginning(fate, index, now, createdDaysAgo);
      performAt(born, (operation) => buyLongAgo(operation, { number: before + index, price, fate, begun, now }));
      counts[fate] += 1;
      if (index % atOnce === atOnce - 1) await turn();
    }
  });
  return counts;
}

/** Who has been here less than a month has not failed to renew. */
function fateOf(index: number, createdDaysAgo: number): Fate {
  const fate = fates[index % 100] ?? 'active';
  return fate === 'past_due' && createdDaysAgo < 35 ? 'active' : fate;
}

function beginning(fate: Fate, index: number, now: number, createdDaysAgo: number): number {
  if (fate === 'trialing') return now - Math.min(createdDaysAgo, 4) * day + (index % day);
  // The renewal failed yesterday, so that its first retry is still to come.
  if (fate === 'past_due') return periodEnd(now - day, { interval: 'month', interval_count: -1 }, now - day);
  // One or two periods ago, at any time of the day.
  return now - Math.min(createdDaysAgo, 3 + ((index * 7) % 50)) * day + ((index * 37) % 43_200);
}

type Purchase = { number: number; price: Price; fate: Fate; begun: number; now: number };

function buyLongAgo(operation: Operation, { number, price, fate, begun, now }: Purchase): void {
  const name = `Customer ${number + 1}`;
  const email = `customer-${number + 1}@example.com`;
  const customer = createCustomer(operation, { email, name });
  customer.currency = price.currency;
  const method = createPaymentMethod(operation, fate === 'past_due' ? '0341' : '4242', email, name);
  operation.at = begun;
  attachPaymentMethod(operation, method, customer);
  const subscription = startSubscription(operation, {
    customer,
    lines: [{ price, quantity: 1 }],
    method,
    trialEnd: fate === 'trialing' ? begun + 14 * day : null,
  });
  const invoice = operation.state.invoices.get(subscription.latest_invoice ?? '');
  if (invoice?.status === 'open') chargeInvoice(operation, invoice, 'present');
  if (fate !== 'canceled') return;
  operation.at = Math.min(now, begun + 2 * day);
  cancelSubscription(operation, subscription);
}

function recurringPrices(operation: Operation): Price[] {
  const known = [...operation.state.prices.values()].filter((price) => price.active && price.recurring !== null);
  if (known.length > 0) return known;
  const product = createProduct(operation, { name: 'Seeded plan' });
  return [
    createPrice(operation, {
      active: true,
      currency: 'usd',
      product: product.id,
      recurring: { interval: 'month', interval_count: 1 },
      tax_behavior: 'unspecified',
      unit_amount: 2900,
    }),
  ];
}
