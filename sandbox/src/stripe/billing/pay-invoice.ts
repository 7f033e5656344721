import type { Invoice } from '../objects.ts';
import type { Operation } from '../operation.ts';
import { forceInvoice, partiesOf, paymentOf, tryInvoice } from './invoice.ts';
import { type Answer, judgeAnswer } from './pay-session.ts';
import { attachPaymentMethod, createPaymentMethod, judgeMethod } from './payment-method.ts';
import type { DeclineName, LastFour } from './test-methods.ts';

/** Pays an open invoice on its page; says why when the bank does not. The method that paid is kept for the next one. */
export function payOnPage(
  operation: Operation,
  invoice: Invoice,
  lastFour: LastFour | undefined,
  answer: Answer,
): DeclineName | undefined {
  const { state } = operation;
  const waiting = paymentOf(state, invoice)?.intent;
  const asked =
    waiting?.status === 'requires_action' ? state.paymentMethods.get(waiting.payment_method ?? '') : undefined;
  if (!lastFour && !asked) {
    const isRefused = answer.kind === 'refused';
    forceInvoice(operation, invoice, isRefused ? 'failed' : 'paid');
    return isRefused ? answer.decline : undefined;
  }
  const method =
    asked ?? createPaymentMethod(operation, lastFour ?? '4242', invoice.customer_email, invoice.customer_name);
  const result = judgeAnswer(judgeMethod(method, 'present'), answer);
  tryInvoice(operation, invoice, result, method);
  if (result.kind === 'declined') return result.decline;
  const { customer, subscription } = partiesOf(state, invoice);
  if (customer && !method.customer) attachPaymentMethod(operation, method, customer);
  if (subscription && result.kind !== 'requires_action') subscription.default_payment_method = method.id;
  return undefined;
}
