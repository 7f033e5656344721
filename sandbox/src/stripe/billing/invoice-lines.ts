import { newId } from '../ids.ts';
import { every, money } from '../money.ts';
import type { InvoiceItem, InvoiceLine, LineItem, Price, Subscription, SubscriptionItem } from '../objects.ts';
import type { State } from '../state.ts';

/** A line that is not on an invoice yet. */
export type DraftLine = Omit<InvoiceLine, 'invoice'>;

/** What the item costs for its present period. */
export function periodLine(state: State, subscription: Subscription, item: SubscriptionItem): DraftLine {
  const { price } = item;
  const quantity = item.quantity ?? 1;
  const unit = price.unit_amount ?? 0;
  const each = `${money(unit, price.currency)}${price.recurring ? ` / ${every(price.recurring)}` : ''}`;
  return line({
    amount: unit * quantity,
    description: `${quantity} × ${nameOf(state, price)} (at ${each})`,
    metadata: subscription.metadata,
    parent: ofItem(subscription, item),
    period: { end: item.current_period_end, start: item.current_period_start },
    price,
    quantity,
    subscription: subscription.id,
  });
}

/** A trial's invoice has a line, of nothing. */
export function trialLine(state: State, subscription: Subscription, item: SubscriptionItem): DraftLine {
  return {
    ...periodLine(state, subscription, item),
    amount: 0,
    description: `Trial period for ${nameOf(state, item.price)}`,
    subtotal: 0,
  };
}

/** What was reckoned in the middle of a period and waited for an invoice. */
export function waitingLine(state: State, item: InvoiceItem): DraftLine {
  const subscription = item.parent?.subscription_details?.subscription ?? null;
  const price = state.prices.get(item.pricing?.price_details?.price ?? '');
  return line({
    amount: item.amount,
    currency: item.currency,
    description: item.description,
    metadata: item.metadata ?? {},
    parent: {
      invoice_item_details: {
        invoice_item: item.id,
        proration: item.proration,
        proration_details: { credited_items: null },
        subscription,
      },
      subscription_item_details: null,
      type: 'invoice_item_details',
    },
    period: item.period,
    quantity: item.quantity,
    subscription,
    ...(price && { price }),
  });
}

/** What was bought once. */
export function orderLine(item: LineItem, at: number): DraftLine {
  return line({
    amount: item.amount_subtotal,
    currency: item.currency,
    description: item.description,
    metadata: {},
    parent: {
      invoice_item_details: {
        invoice_item: newId.invoiceItem(),
        proration: false,
        proration_details: { credited_items: null },
        subscription: null,
      },
      subscription_item_details: null,
      type: 'invoice_item_details',
    },
    period: { end: at, start: at },
    quantity: item.quantity ?? 1,
    subscription: null,
    ...(item.price && { price: item.price }),
  });
}

export function nameOf(state: State, price: Price): string {
  return state.products.get(price.product)?.name ?? 'Subscription';
}

type Parts = Pick<DraftLine, 'amount' | 'description' | 'metadata' | 'parent' | 'period' | 'subscription'> & {
  currency?: string;
  price?: Price;
  quantity: number;
};

function line({ price, quantity, ...parts }: Parts): DraftLine {
  return {
    id: newId.invoiceLine(),
    object: 'line_item',
    discount_amounts: [],
    discountable: true,
    discounts: [],
    livemode: false,
    pretax_credit_amounts: [],
    pricing: price
      ? {
          price_details: { price: price.id, product: price.product },
          type: 'price_details',
          unit_amount_decimal: price.unit_amount_decimal,
        }
      : null,
    quantity,
    quantity_decimal: String(quantity),
    subtotal: parts.amount,
    taxes: [],
    ...parts,
    currency: parts.currency ?? price?.currency ?? 'usd',
  };
}

function ofItem(subscription: Subscription, item: SubscriptionItem): DraftLine['parent'] {
  return {
    invoice_item_details: null,
    subscription_item_details: {
      invoice_item: null,
      proration: false,
      proration_details: { credited_items: null },
      subscription: subscription.id,
      subscription_item: item.id,
    },
    type: 'subscription_item_details',
  };
}
