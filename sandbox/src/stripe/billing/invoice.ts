import { invalid } from '../api/errors.ts';
import { newId } from '../ids.ts';
import type { Customer, Invoice, InvoicePayment, Subscription } from '../objects.ts';
import { change, emit, type Operation } from '../operation.ts';
import type { State } from '../state.ts';
import { cancelSubscription } from './cancel.ts';
import { createPaymentIntent, createPaymentMethod, decline, succeed } from './payment.ts';

export type PaymentOutcome = 'paid' | 'failed';

// Stripe's smart retries are not fixed; these are of their size. After the last one the subscription is canceled.
const retryAfterDays = [3, 5, 7];

/** The draft becomes a bill: it gets its page, and the payment it waits for. */
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
