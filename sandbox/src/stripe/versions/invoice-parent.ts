import { planOf } from '../billing/subscription.ts';
import type { Price } from '../objects.ts';
import { type Change, type Facts, type Hash, isHash, without } from './change.ts';

/** What an invoice came from stood on the invoice itself, and taxes had other names. */
export const invoiceParent: Change = {
  since: '2025-03-31.basil',
  undo: (object) => {
    if (object.object !== 'invoice') return object;
    const parent = hashAt(object, 'parent');
    const subscription = hashAt(parent, 'subscription_details');
    return {
      ...without(object, 'parent', 'total_taxes'),
      application_fee_amount: null,
      quote: hashAt(parent, 'quote_details').quote ?? null,
      subscription: subscription.subscription ?? null,
      subscription_details: { metadata: subscription.metadata ?? null },
      tax: null,
      total_tax_amounts: [],
      transfer_data: null,
    };
  },
};

/** So did what a line came from, with its whole price once more as a plan. */
export const invoiceLineParent: Change = {
  since: '2025-03-31.basil',
  undo: (object, facts) => {
    if (object.object !== 'line_item') return object;
    const parent = hashAt(object, 'parent');
    const fromItem = hashAt(parent, 'subscription_item_details');
    const ofInvoiceItem = hashAt(parent, 'invoice_item_details');
    const details = parent.type === 'invoice_item_details' ? ofInvoiceItem : fromItem;
    return {
      ...without(object, 'parent', 'pricing', 'quantity_decimal', 'taxes'),
      amount_excluding_tax: object.amount,
      ...(typeof details.invoice_item === 'string' && { invoice_item: details.invoice_item }),
      ...priced(hashAt(object, 'pricing'), facts),
      proration: details.proration ?? false,
      proration_details: details.proration_details ?? { credited_items: null },
      subscription: details.subscription ?? null,
      ...(typeof fromItem.subscription_item === 'string' && { subscription_item: fromItem.subscription_item }),
      tax_amounts: [],
      tax_rates: [],
      type: parent.type === 'subscription_item_details' ? 'subscription' : 'invoiceitem',
      unit_amount_excluding_tax: hashAt(object, 'pricing').unit_amount_decimal ?? null,
    };
  },
};

/** And an item that waits for its invoice. */
export const invoiceItemParent: Change = {
  since: '2025-03-31.basil',
  undo: (object, facts) => {
    if (object.object !== 'invoiceitem') return object;
    const subscription = hashAt(hashAt(object, 'parent'), 'subscription_details');
    const pricing = hashAt(object, 'pricing');
    const unitDecimal = pricing.unit_amount_decimal ?? null;
    const unit = Number(unitDecimal);
    return {
      ...without(object, 'parent', 'pricing', 'quantity_decimal'),
      ...priced(pricing, facts),
      subscription: subscription.subscription ?? null,
      ...(typeof subscription.subscription_item === 'string' && { subscription_item: subscription.subscription_item }),
      unit_amount: unitDecimal !== null && Number.isInteger(unit) ? unit : null,
      unit_amount_decimal: unitDecimal,
    };
  },
};

/** The price, whole, and once more as a plan where it recurs. */
function priced(pricing: Hash, facts: Facts): { price: Hash | null; plan: Hash | null } {
  const price = facts.find(String(hashAt(pricing, 'price_details').price ?? '')) ?? null;
  const plan = price && isHash(price.recurring) ? { ...planOf(price as Price), aggregate_usage: null } : null;
  return { price, plan };
}

function hashAt(object: Hash, key: string): Hash {
  const value = object[key];
  return isHash(value) ? value : {};
}
