import * as z from 'zod';
import { found, invalid } from '../api/errors.ts';
import { flag, text, wholeNumber } from '../api/params.ts';
import { newId } from '../ids.ts';
import type { Invoice, InvoiceItem, Subscription, SubscriptionItem } from '../objects.ts';
import { change, emit, type Operation } from '../operation.ts';
import { draftInvoice } from './draft-invoice.ts';
import { nameOf } from './invoice-lines.ts';
import { periodEnd } from './period.ts';
import { type Proration, prorate } from './prorate.ts';
import { advanceDraft } from './renew.ts';
import { invoiceParts, newItem, planOf, waitingLines } from './subscription.ts';

export const itemChange = z.strictObject({
  id: text.optional(),
  price: text.optional(),
  quantity: wholeNumber.pipe(z.number().min(0)).optional(),
  deleted: flag.optional(),
});

export type ProrationBehavior = 'always_invoice' | 'create_prorations' | 'none';

/** What the items become, in the present period or in one that begins now. */
export type NewItems = {
  items: SubscriptionItem[];
  startsPeriod: boolean;
  prorations: Proration[];
};

export function planItems(
  operation: Operation,
  subscription: Subscription,
  changes: readonly z.output<typeof itemChange>[],
): NewItems {
  const { state, at } = operation;
  const before = subscription.items.data;
  const items = new Map(before.map((item) => [item.id, item]));
  for (const [index, asked] of changes.entries()) {
    const current =
      asked.id === undefined ? undefined : found(items, 'subscription_item', asked.id, `items[${index}][id]`);
    if (asked.deleted && current) {
      items.delete(current.id);
      continue;
    }
    const param = `items[${index}][price]`;
    const price = asked.price ? found(state.prices, 'price', asked.price, param) : current?.price;
    if (!price?.recurring) throw invalid('A subscription item needs a recurring price.', { param });
    if (price.currency !== subscription.currency) {
      throw invalid(`The price specified is in ${price.currency}, the subscription in ${subscription.currency}.`, {
        param,
      });
    }
    const quantity = asked.quantity ?? current?.quantity ?? 1;
    const item: SubscriptionItem = current
      ? { ...current, plan: planOf(price), price: structuredClone(price), quantity }
      : inPeriodOf(before, newItem(subscription.id, price, quantity, at));
    items.set(item.id, item);
  }
  const after = [...items.values()];
  if (after.length === 0) throw invalid('A subscription must have at least one item.', { param: 'items' });
  const startsPeriod = after.some((item) => !hasIntervalOf(item, before[0]));
  if (startsPeriod && after.some((item) => !hasIntervalOf(item, after[0]))) {
    throw invalid('The sandbox does not support items of several billing intervals in one subscription.', {
      param: 'items',
    });
  }
  return {
    items: startsPeriod ? after.map((item) => fromNow(item, at)) : after,
    startsPeriod,
    prorations: prorationsOf(operation, before, after, startsPeriod),
  };
}

function prorationsOf(
  { state, at }: Operation,
  before: readonly SubscriptionItem[],
  after: readonly SubscriptionItem[],
  startsPeriod: boolean,
): Proration[] {
  const names = (price: SubscriptionItem['price']) => nameOf(state, price);
  const kept = new Map(after.map((item) => [item.id, item]));
  const changed = before.flatMap((item) => {
    const now = kept.get(item.id);
    const isSame = now && now.price.id === item.price.id && now.quantity === item.quantity;
    return isSame && !startsPeriod ? [] : prorate(item, startsPeriod ? undefined : now, at, names);
  });
  const known = new Set(before.map((item) => item.id));
  const added = startsPeriod ? [] : after.filter((item) => !known.has(item.id));
  return [...changed, ...added.flatMap((item) => prorate(undefined, item, at, names))];
}

/** Puts the new items in place, and bills what they cost or give back: now or with the next invoice. */
export function applyItems(
  operation: Operation,
  subscription: Subscription,
  { items: data, startsPeriod, prorations }: NewItems,
  behavior: ProrationBehavior,
  patch: Partial<Subscription>,
): void {
  const { state, at } = operation;
  const items = { ...subscription.items, data };
  const isBilled = subscription.status === 'active' || subscription.status === 'past_due';
  const reckoned = isBilled && behavior !== 'none' ? prorations : [];
  for (const proration of reckoned) createInvoiceItem(operation, subscription, proration);
  const isInvoiced = isBilled && (startsPeriod || (behavior === 'always_invoice' && reckoned.length > 0));
  if (!isInvoiced) {
    change(operation, 'customer.subscription.updated', subscription, { ...patch, items });
    return;
  }
  const customer = found(state.customers, 'customer', subscription.customer);
  const parts = invoiceParts(state, { ...subscription, items }, customer, 'subscription_update', {
    start: at,
    end: at,
  });
  const lines = startsPeriod ? parts.lines : waitingLines(state, subscription);
  const invoice: Invoice = draftInvoice(operation, { ...parts, subscription, lines });
  change(operation, 'customer.subscription.updated', subscription, {
    ...patch,
    items,
    latest_invoice: invoice.id,
    ...(startsPeriod && { billing_cycle_anchor: at }),
  });
  advanceDraft(operation, invoice);
}

function createInvoiceItem(operation: Operation, subscription: Subscription, proration: Proration): void {
  const { state, at } = operation;
  const { amount, description, price, quantity } = proration;
  const item: InvoiceItem = {
    id: newId.invoiceItem(),
    object: 'invoiceitem',
    amount,
    currency: price.currency,
    customer: subscription.customer,
    customer_account: null,
    date: at,
    description,
    discountable: false,
    discounts: [],
    invoice: null,
    livemode: false,
    metadata: subscription.metadata,
    net_amount: amount,
    parent: { subscription_details: { subscription: subscription.id }, type: 'subscription_details' },
    period: { end: subscription.items.data[0]?.current_period_end ?? at, start: at },
    pricing: {
      price_details: { price: price.id, product: price.product },
      type: 'price_details',
      unit_amount_decimal: price.unit_amount_decimal,
    },
    proration: true,
    proration_details: { credited_items: null, discount_amounts: [] },
    quantity,
    quantity_decimal: String(quantity),
    tax_rates: [],
    test_clock: null,
  };
  state.invoiceItems.set(item.id, item);
  emit(operation, 'invoiceitem.created', item);
}

function hasIntervalOf(item: SubscriptionItem, other: SubscriptionItem | undefined): boolean {
  const [one, two] = [item.price.recurring, other?.price.recurring];
  return one?.interval === two?.interval && one?.interval_count === two?.interval_count;
}

function inPeriodOf(others: readonly SubscriptionItem[], item: SubscriptionItem): SubscriptionItem {
  const [first] = others;
  if (!first) return item;
  return { ...item, current_period_start: first.current_period_start, current_period_end: first.current_period_end };
}

function fromNow(item: SubscriptionItem, at: number): SubscriptionItem {
  const recurring = item.price.recurring ?? { interval: 'month', interval_count: 1 };
  return { ...item, current_period_start: at, current_period_end: periodEnd(at, recurring, at) };
}
