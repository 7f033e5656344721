import type { Invoice, Subscription } from '../objects.ts';
import { change, emit, type Operation } from '../operation.ts';
import { type State, settingsOf } from '../state.ts';
import { cancelSubscription } from './cancel.ts';
import { partiesOf } from './invoice.ts';

// Stripe's smart retries are not fixed; these are of their size. After the last one the account's settings decide.
const retryAfterDays = [3, 5, 7];

/** A payment failed, or waits for its customer: the invoice is tried again later, and the subscription is behind. */
export function afterFailure(
  operation: Operation,
  invoice: Invoice,
  kind: 'declined' | 'requires_action',
  attempts: number,
): void {
  const { state, at } = operation;
  const { subscription, customer } = partiesOf(state, invoice);
  const isFirst = subscription?.status === 'incomplete';
  const days = retryAfterDays[attempts - 1];
  // The first invoice is not retried: it has 23 hours. Nor is one retried that waits for its customer, not for money.
  const isRetried = subscription !== undefined && !isFirst && kind === 'declined';
  change(operation, 'invoice.updated', invoice, {
    attempt_count: attempts,
    attempted: true,
    next_payment_attempt: isRetried && days !== undefined ? at + days * 86_400 : null,
  });
  if (kind === 'requires_action') emit(operation, 'invoice.payment_action_required', invoice);
  emit(operation, 'invoice.payment_failed', invoice);

  if (subscription?.status === 'active') {
    change(operation, 'customer.subscription.updated', subscription, { status: 'past_due' });
  }
  if (customer && !customer.delinquent && !isFirst) {
    change(operation, 'customer.updated', customer, { delinquent: true });
  }
  if (isRetried && days === undefined) giveUp(operation, subscription);
}

function giveUp(operation: Operation, subscription: Subscription): void {
  const { afterLastRetry } = settingsOf(operation.state);
  if (subscription.status !== 'past_due') return;
  if (afterLastRetry === 'cancel') cancelSubscription(operation, subscription, 'payment_failed');
  else change(operation, 'customer.subscription.updated', subscription, { status: afterLastRetry });
}

/** Nothing stands against it any more: the subscription that waited for this invoice runs. */
export function beginRunning(operation: Operation, invoice: Invoice): void {
  const { state } = operation;
  const { subscription, customer } = partiesOf(state, invoice);
  if (!subscription) return;
  // What was taken back unpaid starts nothing; it only ends a debt.
  const isStarted = invoice.status === 'paid' || invoice.status === 'open';
  const waits = ['past_due', 'unpaid', ...(isStarted ? ['incomplete'] : [])].includes(subscription.status);
  if (waits && !owesAnother(state, subscription, invoice)) {
    change(operation, 'customer.subscription.updated', subscription, { status: 'active' });
    if (customer?.delinquent) change(operation, 'customer.updated', customer, { delinquent: false });
  }
  if (subscription.status === 'paused' && invoice.status === 'paid' && subscription.latest_invoice === invoice.id) {
    resume(operation, subscription);
  }
}

/** Ends the status `paused`, which is more than collecting that is paused. */
export function resume(operation: Operation, subscription: Subscription): void {
  delete subscription.status_details;
  change(operation, 'customer.subscription.updated', subscription, { status: 'active' });
  emit(operation, 'customer.subscription.resumed', subscription);
}

function owesAnother(state: State, subscription: Subscription, but: Invoice): boolean {
  return state.invoices
    .of('subscription', subscription.id)
    .some((invoice) => invoice.status === 'open' && invoice.id !== but.id);
}
