import { invalid } from '../api/errors.ts';
import type { Subscription } from '../objects.ts';
import { emit, type Operation } from '../operation.ts';

/** Ends a subscription now. */
export function cancelSubscription(
  operation: Operation,
  subscription: Subscription,
  reason: 'cancellation_requested' | 'payment_failed' = 'cancellation_requested',
  words: { comment?: string | null; feedback?: string | null } = {},
): void {
  if (subscription.status === 'canceled') {
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
}
