import { newId } from '../ids.ts';
import {
  type Customer,
  type Discount,
  type Invoice,
  type InvoiceLine,
  type Subscription,
  wholeList,
} from '../objects.ts';
import { change, emit, type Operation } from '../operation.ts';
import { couponOf, discountLines } from './discount.ts';
import type { DraftLine } from './invoice-lines.ts';

export type InvoiceParts = {
  customer: Customer;
  subscription: Subscription | undefined;
  reason: 'manual' | 'subscription_create' | 'subscription_cycle' | 'subscription_update';
  period: { start: number; end: number };
  lines: DraftLine[];
  discounts: Discount[];
  currency: string;
};

/** A draft: it can still change, and nobody is asked for money. */
export function draftInvoice(operation: Operation, parts: InvoiceParts): Invoice {
  const { state } = operation;
  const invoice = buildInvoice(operation, parts);
  state.invoices.set(invoice.id, invoice);
  for (const line of invoice.lines.data) {
    const item = state.invoiceItems.get(line.parent?.invoice_item_details?.invoice_item ?? '');
    if (item) item.invoice = invoice.id;
  }
  emit(operation, 'invoice.created', invoice);
  if (parts.subscription) endSpentDiscounts(operation, parts.subscription);
  return invoice;
}

/** The invoice as it would be, without making it. */
export function buildInvoice(operation: Operation, parts: InvoiceParts): Invoice {
  const { customer, subscription, reason, period, currency } = parts;
  const id = newId.invoice();
  const { lines, amounts } = discounted(operation, parts, id);
  const subtotal = lines.reduce((sum, line) => sum + line.amount, 0);
  const total = subtotal - amounts.reduce((sum, { amount }) => sum + amount, 0);
  // Credit the customer has from before is used up first.
  const due = Math.max(0, total + customer.balance);
  return {
    id,
    object: 'invoice',
    account_country: 'US',
    account_name: 'Onpaid sandbox',
    account_tax_ids: null,
    amount_due: due,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: due,
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: true,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    automatically_finalizes_at: null,
    billing_reason: reason,
    collection_method: 'charge_automatically',
    created: operation.at,
    currency,
    custom_fields: null,
    customer: customer.id,
    customer_account: null,
    customer_address: customer.address ?? null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    customer_shipping: null,
    customer_tax_exempt: 'none',
    customer_tax_ids: [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: parts.discounts.map((discount) => discount.id),
    due_date: null,
    effective_at: null,
    ending_balance: null,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    lines: wholeList(`/v1/invoices/${id}/lines`, lines),
    livemode: false,
    metadata: {},
    next_payment_attempt: null,
    // It has none until it is finalized.
    number: null,
    on_behalf_of: null,
    parent: subscription
      ? {
          quote_details: null,
          subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
          type: 'subscription_details',
        }
      : null,
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: period.end,
    period_start: period.start,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: customer.balance,
    statement_descriptor: null,
    status: 'draft',
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    subtotal,
    subtotal_excluding_tax: subtotal,
    test_clock: null,
    total,
    total_discount_amounts: amounts,
    total_excluding_tax: total,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: null,
  };
}

function discounted(operation: Operation, { lines, discounts }: InvoiceParts, invoice: string) {
  const drawn: InvoiceLine[] = lines.map((line) => ({ ...line, invoice }));
  const left = drawn.map((line) => line.amount);
  const amounts = discounts.flatMap((discount) => {
    const coupon = couponOf(operation.state, discount);
    if (!coupon) return [];
    const off = discountLines(left, coupon);
    for (const [index, amount] of off.entries()) {
      left[index] = (left[index] ?? 0) - amount;
      if (amount > 0) drawn[index]?.discount_amounts?.push({ amount, discount: discount.id });
    }
    return [{ amount: off.reduce((sum, amount) => sum + amount, 0), discount: discount.id }];
  });
  return { lines: drawn, amounts };
}

/** A coupon that counts once leaves the subscription with its first invoice. */
function endSpentDiscounts(operation: Operation, subscription: Subscription): void {
  const { state, at } = operation;
  const lasting = subscription.discounts.filter((id) => {
    const discount = state.discounts.get(id);
    const isOver = discount?.end != null && discount.end <= at;
    return discount && !isOver && couponOf(state, discount)?.duration !== 'once';
  });
  for (const id of subscription.discounts) {
    const discount = state.discounts.get(id);
    if (!lasting.includes(id) && discount) emit(operation, 'customer.discount.deleted', discount);
  }
  if (subscription.latest_invoice === null) subscription.discounts = lasting;
  else change(operation, 'customer.subscription.updated', subscription, { discounts: lasting });
}
