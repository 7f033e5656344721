import { found, invalid } from '../api/errors.ts';
import type { CheckoutSession, Customer, EventType, PaymentIntent } from '../objects.ts';
import { change, emit, type Operation } from '../operation.ts';
import { createCustomer } from '../resources/customers.ts';
import type { CheckoutPlan } from '../state.ts';
import { tryInvoice } from './invoice.ts';
import { customerDetails } from './open-session.ts';
import { attachPaymentMethod, createPaymentIntent, createPaymentMethod, decline, succeed } from './payment.ts';
import { startSubscription } from './subscription.ts';

/** Who pays, as written on the page. */
export type Payer = { email: string; name: string | null };

/** Stripe sends the burst of a purchase in about this order, all of one second, money before its invoice. */
const purchaseOrder: readonly EventType[] = [
  'customer.created',
  'customer.updated',
  'payment_method.attached',
  'customer.subscription.created',
  'payment_intent.created',
  'payment_intent.succeeded',
  'charge.succeeded',
  'invoice.created',
  'invoice.finalized',
  'invoice.updated',
  'invoice_payment.paid',
  'invoice.paid',
  'invoice.payment_succeeded',
  'customer.subscription.updated',
  'checkout.session.completed',
];

/** Takes the payment, and with it everything a purchase brings into being. */
export function paySession(operation: Operation, session: CheckoutSession, payer: Payer): void {
  const plan = openPlan(operation, session);
  operation.order = purchaseOrder;
  const customer = payingCustomer(operation, session, payer);
  const method = createPaymentMethod(operation, payer.email, payer.name);
  if (customer) attachPaymentMethod(operation, method, customer);

  if (session.mode === 'subscription' && customer) {
    const subscription = startSubscription(operation, customer, method, plan);
    const invoice = found(operation.state.invoices, 'invoice', subscription.latest_invoice ?? '');
    tryInvoice(operation, invoice, 'paid');
    session.subscription = subscription.id;
    session.invoice = invoice.id;
  } else if (session.amount_total) {
    succeed(operation, sessionIntent(operation, session, plan, customer?.id ?? null), method);
  }
  Object.assign(session, {
    customer: customer?.id ?? null,
    customer_details: customerDetails(payer.email, payer.name),
    payment_status: 'paid',
    status: 'complete',
    url: null,
  } satisfies Partial<CheckoutSession>);
  emit(operation, 'checkout.session.completed', session);
}

/** The card says no: Stripe tells of it, and the session stays open for another try. */
export function declineSession(operation: Operation, session: CheckoutSession, payer: Payer): void {
  const plan = openPlan(operation, session);
  const method = createPaymentMethod(operation, payer.email, payer.name);
  decline(operation, sessionIntent(operation, session, plan, session.customer), method);
}

function openPlan(operation: Operation, session: CheckoutSession): CheckoutPlan {
  if (session.status !== 'open') throw invalid(`The checkout session is ${session.status}; nothing can be paid on it.`);
  return found(operation.state.checkoutPlans, 'checkout.session', session.id);
}

/** A guest who buys once stays a guest unless the session asks for a customer. */
function payingCustomer(operation: Operation, session: CheckoutSession, payer: Payer): Customer | undefined {
  if (!session.customer && session.customer_creation === 'if_required') return undefined;
  const customer = session.customer
    ? found(operation.state.customers, 'customer', session.customer)
    : createCustomer(operation, payer);
  change(operation, 'customer.updated', customer, {
    currency: customer.currency ?? session.currency,
    email: customer.email ?? payer.email,
    name: customer.name ?? payer.name,
  });
  return customer;
}

/** In payment mode a session has one payment intent, which a declined try leaves behind for the next. */
function sessionIntent(
  operation: Operation,
  session: CheckoutSession,
  plan: CheckoutPlan,
  customer: string | null,
): PaymentIntent {
  const started = operation.state.paymentIntents.get(session.payment_intent ?? '');
  if (started) return Object.assign(started, { customer });
  const intent = createPaymentIntent(operation, {
    amount: session.amount_total ?? 0,
    currency: session.currency ?? 'usd',
    customer,
    description: plan.paymentDescription,
    metadata: plan.paymentMetadata,
  });
  if (session.mode === 'payment') session.payment_intent = intent.id;
  return intent;
}
