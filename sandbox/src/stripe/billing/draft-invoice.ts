import { found } from '../api/errors.ts';
import { newId } from '../ids.ts';
import { every, money } from '../money.ts';
import { type Invoice, type InvoiceLine, type Subscription, type SubscriptionItem, wholeList } from '../objects.ts';
import { emit, type Operation } from '../operation.ts';
import type { State } from '../state.ts';

/** A draft for the subscription's present period. */
export function draftInvoice(
  operation: Operation,
  subscription: Subscription,
  reason: 'subscription_create' | 'subscription_cycle',
  period: { start: number; end: number },
): Invoice {
  const customer = found(operation.state.customers, 'customer', subscription.customer);
  const id = newId.invoice();
  const lines = subscription.items.data.map((item) => invoiceLine(operation.state, id, subscription, item));
  const total = lines.reduce((sum, line) => sum + line.amount, 0);
  const number = customer.next_invoice_sequence ?? 1;
  customer.next_invoice_sequence = number + 1;
  const invoice: Invoice = {
    id,
    object: 'invoice',
    account_country: 'US',
    account_name: 'Onpaid sandbox',
    account_tax_ids: null,
    amount_due: total,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: total,
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
    currency: subscription.currency,
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
    discounts: [],
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
    number: `${customer.invoice_prefix}-${String(number).padStart(4, '0')}`,
    on_behalf_of: null,
    parent: {
      quote_details: null,
      subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
      type: 'subscription_details',
    },
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: period.end,
    period_start: period.start,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: 0,
    statement_descriptor: null,
    status: 'draft',
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    subtotal: total,
    subtotal_excluding_tax: total,
    test_clock: null,
    total,
    total_discount_amounts: [],
    total_excluding_tax: total,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: null,
  };
  operation.state.invoices.set(id, invoice);
  emit(operation, 'invoice.created', invoice);
  return invoice;
}

function invoiceLine(state: State, invoiceId: string, subscription: Subscription, item: SubscriptionItem): InvoiceLine {
  const { price } = item;
  const quantity = item.quantity ?? 1;
  const unit = price.unit_amount ?? 0;
  const name = state.products.get(price.product)?.name ?? 'Subscription';
  return {
    id: newId.invoiceLine(),
    object: 'line_item',
    amount: unit * quantity,
    currency: price.currency,
    description: `${quantity} × ${name} (at ${money(unit, price.currency)}${price.recurring ? ` / ${every(price.recurring)}` : ''})`,
    discount_amounts: [],
    discountable: true,
    discounts: [],
    invoice: invoiceId,
    livemode: false,
    metadata: subscription.metadata,
    parent: {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration: false,
        proration_details: { credited_items: null },
        subscription: subscription.id,
        subscription_item: item.id,
      },
      type: 'subscription_item_details',
    },
    period: { end: item.current_period_end, start: item.current_period_start },
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: price.id, product: price.product },
      type: 'price_details',
      unit_amount_decimal: price.unit_amount_decimal,
    },
    quantity,
    quantity_decimal: String(quantity),
    subscription: subscription.id,
    subtotal: unit * quantity,
    taxes: [],
  };
}
