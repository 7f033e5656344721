import { invalid } from '../api/errors.ts';
import { newId } from '../ids.ts';
import type { Customer, Invoice, InvoicePayment, PaymentIntent, PaymentMethod, Subscription } from '../objects.ts';
import { change, emit, type Operation } from '../operation.ts';
import type { State } from '../state.ts';
import { afterFailure, beginRunning } from './dunning.ts';
import { applyResult, cancelIntent, createPaymentIntent } from './payment.ts';
import { createPaymentMethod, judgeMethod, methodOfInvoice } from './payment-method.ts';
import type { PaymentResult } from './test-methods.ts';

/** An outcome a hand on the controls chose, whatever the card would have said. */
export type PaymentOutcome = 'paid' | 'failed';

/** The draft becomes a bill: it gets its number, its page, and the payment it waits for. One of nothing is paid. */
export function finalizeInvoice(operation: Operation, invoice: Invoice): void {
  if (invoice.status !== 'draft') throw invalid("You can only finalize an invoice that's in draft.");
  const { state, at, baseUrl } = operation;
  const customer = state.customers.get(invoice.customer ?? '');
  const balance = customer?.balance ?? 0;
  const due = Math.max(0, invoice.total + balance);
  Object.assign(invoice, {
    amount_due: due,
    amount_remaining: due,
    automatically_finalizes_at: null,
    effective_at: at,
    ending_balance: invoice.total + balance - due,
    hosted_invoice_url: `${baseUrl}/i/${invoice.id}`,
    number: customer ? takeNumber(customer) : null,
    starting_balance: balance,
    status: 'open',
    status_transitions: { ...invoice.status_transitions, finalized_at: at },
  } satisfies Partial<Invoice>);
  emit(operation, 'invoice.finalized', invoice);
  if (customer) change(operation, 'customer.updated', customer, { balance: invoice.total + balance - due });
  if (due === 0) {
    markPaid(operation, invoice, 0);
    return;
  }
  const intent = createPaymentIntent(operation, {
    amount: due,
    currency: invoice.currency,
    customer: invoice.customer,
    description: invoice.billing_reason === 'subscription_create' ? 'Subscription creation' : 'Subscription update',
    metadata: {},
  });
  const payment: InvoicePayment = {
    id: newId.invoicePayment(),
    object: 'invoice_payment',
    amount_paid: null,
    amount_requested: due,
    created: at,
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: false,
    payment: { payment_intent: intent.id, type: 'payment_intent' },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  };
  state.invoicePayments.set(payment.id, payment);
}

/** Charges the invoice as Stripe does: to the named method or the default one, which decides how it goes. */
export function chargeInvoice(
  operation: Operation,
  invoice: Invoice,
  presence: 'present' | 'absent',
  method = methodOfInvoice(operation.state, invoice),
): void {
  if (!method) tryInvoice(operation, invoice, { kind: 'declined', decline: 'generic_decline' }, undefined);
  else tryInvoice(operation, invoice, judgeMethod(method, presence), method);
}

/** Charges the invoice as the controls say, or as somebody does who pays its page with a card that is good. */
export function forceInvoice(operation: Operation, invoice: Invoice, outcome: PaymentOutcome): void {
  const method =
    methodOfInvoice(operation.state, invoice) ??
    createPaymentMethod(operation, '4242', invoice.customer_email, invoice.customer_name);
  const result: PaymentResult =
    outcome === 'paid' ? { kind: 'succeeded' } : { kind: 'declined', decline: 'insufficient_funds' };
  tryInvoice(operation, invoice, result, method);
}

/** One try at an open invoice, and what follows from it for the subscription and the customer. */
export function tryInvoice(
  operation: Operation,
  invoice: Invoice,
  result: PaymentResult,
  method: PaymentMethod | undefined,
): void {
  if (invoice.status === 'paid') throw invalid('Invoice is already paid');
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible') {
    throw invalid(`Invoice ${invoice.id} is ${invoice.status}; only an open one can be paid.`);
  }
  const payment = paymentOf(operation.state, invoice);
  if (!payment) throw invalid(`Invoice ${invoice.id} asks for nothing, so no payment of it can be tried.`);
  if (payment.intent.status === 'processing') throw invalid(`Invoice ${invoice.id} has a payment under way.`);
  // Without a method there is nobody to charge: the attempt fails without one.
  if (method) applyResult(operation, payment.intent, method, result);
  followPayment(operation, invoice, result, invoice.attempt_count + 1);
}

/** What a payment that went so or so means to its invoice: at once, or when the bank has answered. */
export function followPayment(
  operation: Operation,
  invoice: Invoice,
  result: PaymentResult,
  attempts = invoice.attempt_count,
): void {
  switch (result.kind) {
    case 'succeeded':
      markPaid(operation, invoice, attempts);
      break;
    case 'processing':
      change(operation, 'invoice.updated', invoice, {
        attempt_count: attempts,
        attempted: true,
        next_payment_attempt: null,
      });
      // Stripe trusts a debit under way: the subscription runs from its first day.
      beginRunning(operation, invoice);
      break;
    case 'declined':
    case 'requires_action':
      afterFailure(operation, invoice, result.kind, attempts);
      break;
    default:
      result satisfies never;
  }
}

function markPaid(operation: Operation, invoice: Invoice, attempts: number): void {
  const { state, at } = operation;
  const payment = paymentOf(state, invoice);
  change(operation, 'invoice.updated', invoice, {
    amount_paid: invoice.amount_due,
    amount_remaining: 0,
    attempt_count: attempts,
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
  beginRunning(operation, invoice);
}

/** The bill is taken back: nobody owes it any more. */
export function voidInvoice(operation: Operation, invoice: Invoice): void {
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible') {
    throw invalid(`You can only pass in open invoices. This invoice isn't open.`);
  }
  endCollection(operation, invoice, 'void', 'voided_at');
  emit(operation, 'invoice.voided', invoice);
  beginRunning(operation, invoice);
}

/** The bill stands, and nobody hopes for it any more. */
export function markUncollectible(operation: Operation, invoice: Invoice): void {
  if (invoice.status !== 'open') throw invalid(`You can only pass in open invoices. This invoice isn't open.`);
  endCollection(operation, invoice, 'uncollectible', 'marked_uncollectible_at');
  emit(operation, 'invoice.marked_uncollectible', invoice);
  beginRunning(operation, invoice);
}

function endCollection(
  operation: Operation,
  invoice: Invoice,
  status: 'void' | 'uncollectible',
  moment: 'voided_at' | 'marked_uncollectible_at',
): void {
  const payment = paymentOf(operation.state, invoice);
  if (payment && status === 'void') {
    cancelIntent(operation, payment.intent, 'void_invoice');
    payment.invoicePayment.status = 'canceled';
    payment.invoicePayment.status_transitions.canceled_at = operation.at;
  }
  change(operation, 'invoice.updated', invoice, {
    auto_advance: false,
    next_payment_attempt: null,
    status,
    status_transitions: { ...invoice.status_transitions, [moment]: operation.at },
  });
}

export function subscriptionIdOf(invoice: Invoice): string | undefined {
  return invoice.parent?.subscription_details?.subscription;
}

export function paymentOf(
  state: State,
  invoice: Invoice,
): { invoicePayment: InvoicePayment; intent: PaymentIntent } | undefined {
  const [invoicePayment] = state.invoicePayments.of('invoice', invoice.id);
  const intent = state.paymentIntents.get(invoicePayment?.payment.payment_intent ?? '');
  return invoicePayment && intent && { invoicePayment, intent };
}

export function partiesOf(state: State, invoice: Invoice): { subscription?: Subscription; customer?: Customer } {
  const subscription = state.subscriptions.get(subscriptionIdOf(invoice) ?? '');
  const customer = state.customers.get(invoice.customer ?? '');
  return { ...(subscription && { subscription }), ...(customer && { customer }) };
}

function takeNumber(customer: Customer): string {
  const number = customer.next_invoice_sequence ?? 1;
  customer.next_invoice_sequence = number + 1;
  return `${customer.invoice_prefix}-${String(number).padStart(4, '0')}`;
}
