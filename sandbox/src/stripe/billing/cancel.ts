import { invalid } from '../api/errors.ts';
import type { Subscription } from '../objects.ts';
import { change, emit, type Operation } from '../operation.ts';

/** Ends a subscription now. */
export function cancelSubscription(
  operation: Operation,
  subscription: Subscription,
  reason: 'cancellation_requested' | 'payment_failed' = 'cancellation_requested',
  words: { comment?: string | null; feedback?: string | null } = {},
): void {
  if (subscription.status === 'canceled' || subscription.status === 'incomplete_expired') {
    throw invalid(`No such subscription: '${subscription.id}' is already canceled.`, { code: 'resource_missing' });
  }
  const details = subscription.cancellation_details;
  Object.assign(subscription, {
    canceled_at: subscription.canceled_at ?? operation.at,
    cancellation_details: {
      comment: words.comment ?? details?.comment ?? null,
      feedback: words.feedback ?? details?.feedback ?? null,
      feedback_option: details?.feedback_option ?? null,
      reason,
    },
    ended_at: operation.at,
    status: 'canceled',
  } satisfies Partial<Subscription>);
  emit(operation, 'customer.subscription.deleted', subscription);
  stopCollecting(operation, subscription);
}

/** What is still open stays owed, but nobody tries to collect it any more. */
function stopCollecting(operation: Operation, subscription: Subscription): void {
  for (const invoice of operation.state.invoices.of('subscription', subscription.id)) {
    if (invoice.status !== 'open' && invoice.status !== 'draft') continue;
    change(operation, 'invoice.updated', invoice, {
      auto_advance: false,
      automatically_finalizes_at: null,
      next_payment_attempt: null,
    });
  }
}
