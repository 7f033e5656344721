import { found, invalid } from '../api/errors.ts';
import type { CheckoutSession, Customer, EventType, PaymentIntent, PaymentMethod } from '../objects.ts';
import { change, emit, type Operation } from '../operation.ts';
import { createCustomer } from '../resources/customers.ts';
import type { CheckoutPlan } from '../state.ts';
import { createDiscount } from './discount.ts';
import { chargeInvoice, tryInvoice } from './invoice.ts';
import { customerDetails } from './open-session.ts';
import { invoiceOrder } from './order.ts';
import { applyResult, createPaymentIntent } from './payment.ts';
import { attachPaymentMethod, createPaymentMethod, judgeMethod } from './payment-method.ts';
import { startSubscription } from './subscription.ts';
import type { DeclineName, LastFour, PaymentResult } from './test-methods.ts';
import { trialEndAt } from './trial.ts';

/** Who pays, as written on the page. */
export type Payer = { email: string; name: string | null };

/** Stripe sends the burst of a purchase in about this order, all of one second, money before its invoice. */
const purchaseOrder: readonly EventType[] = [
  'customer.created',
  'customer.updated',
  'payment_method.attached',
  'customer.discount.created',
  'customer.subscription.created',
  'payment_intent.created',
  'payment_intent.processing',
  'payment_intent.succeeded',
  'charge.pending',
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

/** How a payment was answered on the page: what the card says, or what the person chose when asked by the bank. */
export type Answer = { kind: 'charge' } | { kind: 'authenticated' } | { kind: 'refused'; decline: DeclineName };

/** What came of it: the purchase is made, the card said no, or the bank asks first. */
export type SessionOutcome = Exclude<PaymentResult, { kind: 'processing' }>;

/** Pays with the chosen card; a session that asks for no money needs none. */
export function paySession(
  operation: Operation,
  session: CheckoutSession,
  payer: Payer,
  lastFour: LastFour | null,
  answer: Answer = { kind: 'charge' },
): SessionOutcome {
  const plan = openPlan(operation, session);
  const method = lastFour ? createPaymentMethod(operation, lastFour, payer.email, payer.name) : undefined;
  if (!method && !isWithoutCard(session)) throw invalid('A payment method is needed to pay this checkout session.');
  const result = method ? judgeAnswer(judgeMethod(method, 'present'), answer) : ({ kind: 'succeeded' } as const);
  if (method && (result.kind === 'declined' || result.kind === 'requires_action')) {
    // Nothing to pay, nothing to charge: a bank that only has to agree to later charges leaves no payment.
    if (session.amount_total)
      applyResult(operation, sessionIntent(operation, session, plan, session.customer), method, result);
    return result;
  }
  complete(operation, session, plan, payer, method, result);
  return { kind: 'succeeded' };
}

/** What the customer answers the bank decides where the card would have asked. */
export function judgeAnswer(result: PaymentResult, answer: Answer): PaymentResult {
  if (answer.kind === 'refused') return { kind: 'declined', decline: answer.decline };
  return result.kind === 'requires_action' && answer.kind === 'authenticated' ? { kind: 'succeeded' } : result;
}

/** Whether the person may go on without a card: nothing is due, and none was insisted on. */
export function isWithoutCard(session: CheckoutSession): boolean {
  return session.payment_method_collection === 'if_required' && session.amount_total === 0;
}

/** Takes the payment, and with it everything a purchase brings into being. */
function complete(
  operation: Operation,
  session: CheckoutSession,
  plan: CheckoutPlan,
  payer: Payer,
  method: PaymentMethod | undefined,
  result: PaymentResult,
): void {
  operation.order = purchaseOrder;
  const customer = payingCustomer(operation, session, payer);
  if (customer && method) attachPaymentMethod(operation, method, customer);
  if (session.mode === 'subscription' && customer) subscribe(operation, session, plan, customer, method, result);
  else if (session.invoice_creation?.enabled && customer) {
    invoiceOrder(operation, session, plan, customer, method, result);
  } else if (session.amount_total && method) {
    applyResult(operation, sessionIntent(operation, session, plan, customer?.id ?? null), method, result);
  }
  if (session.mode === 'payment' && !session.invoice) {
    const owner = { customer: customer?.id ?? null, checkoutSession: session.id };
    for (const coupon of plan.coupons) createDiscount(operation, coupon, owner);
  }
  const free = session.amount_total === 0;
  Object.assign(session, {
    customer: customer?.id ?? null,
    customer_details: customerDetails(payer.email, payer.name),
    payment_status: free ? 'no_payment_required' : result.kind === 'processing' ? 'unpaid' : 'paid',
    status: 'complete',
    url: null,
  } satisfies Partial<CheckoutSession>);
  operation.state.checkoutSessions.set(session.id, session);
  emit(operation, 'checkout.session.completed', session);
}

function subscribe(
  operation: Operation,
  session: CheckoutSession,
  plan: CheckoutPlan,
  customer: Customer,
  method: PaymentMethod | undefined,
  result: PaymentResult,
): void {
  const subscription = startSubscription(operation, {
    customer,
    lines: plan.lineItems.flatMap(({ price, quantity }) => (price ? [{ price, quantity: quantity ?? 1 }] : [])),
    method,
    metadata: plan.subscriptionMetadata,
    description: plan.subscriptionDescription,
    trialEnd: trialEndAt(plan.trialEnd, operation.at),
    missingPaymentMethod: plan.missingPaymentMethod,
    coupons: plan.coupons,
  });
  const invoice = found(operation.state.invoices, 'invoice', subscription.latest_invoice ?? '');
  if (invoice.status === 'open') {
    if (method) tryInvoice(operation, invoice, result, method);
    else chargeInvoice(operation, invoice, 'present');
  }
  session.subscription = subscription.id;
  session.invoice = invoice.id;
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
  const { state } = operation;
  const started = state.paymentIntents.get(session.payment_intent ?? '');
  if (started) {
    started.customer = customer;
    state.paymentIntents.set(started.id, started);
    return started;
  }
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
