import { found, invalid } from '../api/errors.ts';
import { newId } from '../ids.ts';
import { every, money } from '../money.ts';
import type { Customer, Invoice, InvoiceLine, InvoicePayment, Subscription, SubscriptionItem } from '../objects.ts';
import { wholeList } from '../objects.ts';
import { change, emit, type Operation } from '../operation.ts';
import type { State } from '../state.ts';
import { cancelSubscription } from './cancel.ts';
import { createPaymentIntent, createPaymentMethod, decline, succeed } from './payment.ts';

export type PaymentOutcome = 'paid' | 'failed';

// Stripe's smart retries are not fixed; these are of their size. After the last one the subscription is canceled.
const retryAfterDays = [3, 5, 7];

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

export function finalizeInvoice(operation: Operation, invoice: Invoice): void {
  Object.assign(invoice, {
    effective_at: operation.at,
    ending_balance: 0,
    hosted_invoice_url: `${operation.baseUrl}/i/${invoice.id}`,
    status: 'open',
    status_transitions: { ...invoice.status_transitions, finalized_at: operation.at },
  } satisfies Partial<Invoice>);
  emit(operation, 'invoice.finalized', invoice);
  if (invoice.amount_due === 0) return;
  const intent = createPaymentIntent(operation, {
    amount: invoice.amount_due,
    currency: invoice.currency,
    customer: invoice.customer,
    description: invoice.billing_reason === 'subscription_create' ? 'Subscription creation' : 'Subscription update',
    metadata: {},
  });
  const payment: InvoicePayment = {
    id: newId.invoicePayment(),
    object: 'invoice_payment',
    amount_paid: null,
    amount_requested: invoice.amount_due,
    created: operation.at,
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: false,
    payment: { payment_intent: intent.id, type: 'payment_intent' },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  };
  operation.state.invoicePayments.set(payment.id, payment);
}

/** One try at an open invoice, and what follows from it for the subscription and the customer. */
export function tryInvoice(operation: Operation, invoice: Invoice, outcome: PaymentOutcome): void {
  if (invoice.status === 'paid') throw invalid('Invoice is already paid');
  if (invoice.status !== 'open')
    throw invalid(`Invoice ${invoice.id} is ${invoice.status}; only an open one can be paid.`);
  if (outcome === 'paid') payInvoice(operation, invoice);
  else failInvoice(operation, invoice);
}

function payInvoice(operation: Operation, invoice: Invoice): void {
  const { state, at } = operation;
  const payment = paymentOf(state, invoice);
  if (payment) succeed(operation, payment.intent, methodFor(operation, invoice));
  change(operation, 'invoice.updated', invoice, {
    amount_paid: invoice.amount_due,
    amount_remaining: 0,
    attempt_count: invoice.attempt_count + 1,
    attempted: true,
    next_payment_attempt: null,
    status: 'paid',
    status_transitions: { ...invoice.status_transitions, paid_at: at },
  });
  if (payment) {
    const { invoicePayment } = payment;
    invoicePayment.amount_paid = invoice.amount_due;
    invoicePayment.status = 'paid';
    invoicePayment.status_transitions.paid_at = at;
    emit(operation, 'invoice_payment.paid', invoicePayment);
  }
  emit(operation, 'invoice.paid', invoice);
  emit(operation, 'invoice.payment_succeeded', invoice);

  const { subscription, customer } = partiesOf(state, invoice);
  const revived = subscription && ['incomplete', 'past_due', 'unpaid'].includes(subscription.status);
  if (revived && !owesAnother(state, subscription)) {
    change(operation, 'customer.subscription.updated', subscription, { status: 'active' });
    if (customer?.delinquent) change(operation, 'customer.updated', customer, { delinquent: false });
  }
}

function failInvoice(operation: Operation, invoice: Invoice): void {
  const { state, at } = operation;
  const payment = paymentOf(state, invoice);
  if (!payment) throw invalid(`Invoice ${invoice.id} asks for nothing, so no payment of it can fail.`);
  decline(operation, payment.intent, methodFor(operation, invoice));
  const days = retryAfterDays[invoice.attempt_count];
  change(operation, 'invoice.updated', invoice, {
    attempt_count: invoice.attempt_count + 1,
    attempted: true,
    next_payment_attempt: days === undefined ? null : at + days * 86_400,
  });
  emit(operation, 'invoice.payment_failed', invoice);

  const { subscription, customer } = partiesOf(state, invoice);
  if (subscription?.status === 'active') {
    change(operation, 'customer.subscription.updated', subscription, { status: 'past_due' });
  }
  if (customer && !customer.delinquent) change(operation, 'customer.updated', customer, { delinquent: true });
  if (days === undefined && subscription && subscription.status !== 'canceled') {
    cancelSubscription(operation, subscription, 'payment_failed');
  }
}

export function subscriptionIdOf(invoice: Invoice): string | undefined {
  return invoice.parent?.subscription_details?.subscription;
}

function paymentOf(state: State, invoice: Invoice) {
  const invoicePayment = [...state.invoicePayments.values()].find((payment) => payment.invoice === invoice.id);
  const intent = state.paymentIntents.get(invoicePayment?.payment.payment_intent ?? '');
  return invoicePayment && intent && { invoicePayment, intent };
}

function partiesOf(state: State, invoice: Invoice): { subscription?: Subscription; customer?: Customer } {
  const subscription = state.subscriptions.get(subscriptionIdOf(invoice) ?? '');
  const customer = state.customers.get(invoice.customer ?? '');
  return { ...(subscription && { subscription }), ...(customer && { customer }) };
}

function methodFor(operation: Operation, invoice: Invoice) {
  const { subscription, customer } = partiesOf(operation.state, invoice);
  const id = subscription?.default_payment_method ?? customer?.invoice_settings.default_payment_method ?? '';
  return (
    operation.state.paymentMethods.get(id) ??
    createPaymentMethod(operation, invoice.customer_email, invoice.customer_name)
  );
}

function owesAnother(state: State, subscription: Subscription): boolean {
  return [...state.invoices.values()].some(
    (invoice) => invoice.status === 'open' && subscriptionIdOf(invoice) === subscription.id,
  );
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
