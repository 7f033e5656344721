import { found, invalid } from '../api/errors.ts';
import type { PaymentIntent } from '../objects.ts';
import { emit, type Operation } from '../operation.ts';
import { followPayment } from './invoice.ts';
import { applyResult } from './payment.ts';
import type { PaymentResult } from './test-methods.ts';

/** The bank has answered: the money is there, or it is not, and whatever waited for it hears so. */
export function settle(operation: Operation, intent: PaymentIntent, succeeds: boolean): void {
  if (intent.status !== 'processing') {
    throw invalid(`Payment intent ${intent.id} is ${intent.status}; only one that is processing can settle.`);
  }
  const { state } = operation;
  const method = found(state.paymentMethods, 'PaymentMethod', intent.payment_method ?? '');
  const result: PaymentResult = succeeds ? { kind: 'succeeded' } : { kind: 'declined', decline: 'debit_not_covered' };
  applyResult(operation, intent, method, result);
  state.settlements.delete(intent.id);
  const [payment] = state.invoicePayments.of('payment_intent', intent.id);
  const invoice = state.invoices.get(payment?.invoice ?? '');
  if (invoice) followPayment(operation, invoice, result);

  const [session] = invoice
    ? [...state.checkoutSessions.of('invoice', invoice.id)]
    : state.checkoutSessions.of('payment_intent', intent.id);
  if (session?.payment_status !== 'unpaid') return;
  if (succeeds) session.payment_status = 'paid';
  emit(
    operation,
    succeeds ? 'checkout.session.async_payment_succeeded' : 'checkout.session.async_payment_failed',
    session,
  );
}
