import type { CheckoutSession, Customer, PaymentMethod } from '../objects.ts';
import type { Operation } from '../operation.ts';
import type { CheckoutPlan } from '../state.ts';
import { createDiscount } from './discount.ts';
import { draftInvoice } from './draft-invoice.ts';
import { finalizeInvoice, paymentOf, tryInvoice } from './invoice.ts';
import { orderLine } from './invoice-lines.ts';
import type { PaymentResult } from './test-methods.ts';

/** What is bought once and asked to be invoiced: the invoice comes after the money, and carries its payment. */
export function invoiceOrder(
  operation: Operation,
  session: CheckoutSession,
  plan: CheckoutPlan,
  customer: Customer,
  method: PaymentMethod | undefined,
  result: PaymentResult,
): void {
  const { state, at } = operation;
  const owner = { customer: customer.id, checkoutSession: session.id };
  const invoice = draftInvoice(operation, {
    customer,
    subscription: undefined,
    reason: 'manual',
    period: { start: at, end: at },
    lines: plan.lineItems.map((item) => orderLine(item, at)),
    discounts: plan.coupons.map((coupon) => createDiscount(operation, coupon, owner)),
    currency: session.currency ?? 'usd',
  });
  finalizeInvoice(operation, invoice);
  session.invoice = invoice.id;
  const payment = paymentOf(state, invoice);
  if (!payment || !method) return;
  Object.assign(payment.intent, { description: plan.paymentDescription, metadata: plan.paymentMetadata });
  session.payment_intent = payment.intent.id;
  tryInvoice(operation, invoice, result, method);
}
