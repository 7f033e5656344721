import { money } from '../money.ts';
import type { Price, SubscriptionItem } from '../objects.ts';

export type Proration = { amount: number; description: string; price: Price; quantity: number };

/** What is given back for the rest of the period, and what the rest costs now. */
export function prorate(
  before: SubscriptionItem | undefined,
  after: SubscriptionItem | undefined,
  at: number,
  names: (price: Price) => string,
): Proration[] {
  const prorations: Proration[] = [];
  if (before) prorations.push(part(before, at, -1, `Unused time on ${words(before, names)} after ${day(at)}`));
  if (after) prorations.push(part(after, at, 1, `Remaining time on ${words(after, names)} after ${day(at)}`));
  return prorations;
}

function part(item: SubscriptionItem, at: number, sign: 1 | -1, description: string): Proration {
  const { current_period_start: start, current_period_end: end, price } = item;
  const quantity = item.quantity ?? 1;
  const share = end > start ? Math.max(0, end - at) / (end - start) : 0;
  return { amount: sign * Math.round((price.unit_amount ?? 0) * quantity * share), description, price, quantity };
}

function words(item: SubscriptionItem, names: (price: Price) => string): string {
  const quantity = item.quantity ?? 1;
  const name = names(item.price);
  return quantity === 1
    ? name
    : `${quantity} × ${name} (at ${money(item.price.unit_amount ?? 0, item.price.currency)})`;
}

function day(seconds: number): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' }).format(seconds * 1000);
}
