import { invalid } from '../api/errors.ts';
import type { Subscription } from '../objects.ts';
import { change, emit, type Operation } from '../operation.ts';
import { resume } from './dunning.ts';
import { advanceDraft, beginPeriod } from './renew.ts';

type Reason = 'pause_requested' | 'trial_end_without_payment_method';

/** Stops the subscription itself: no bills come until it is resumed. */
export function pause(operation: Operation, subscription: Subscription, reason: Reason): void {
  change(operation, 'customer.subscription.updated', subscription, {
    status: 'paused',
    status_details: {
      paused: { subscription: { type: reason }, transitioned_at: operation.at, type: 'subscription' },
    },
  });
  emit(operation, 'customer.subscription.paused', subscription);
}

/** A new period begins now. When it is not paid for, the subscription stays paused until it is. */
export function resumePaused(operation: Operation, subscription: Subscription): void {
  if (subscription.status !== 'paused') {
    throw invalid(`You can only resume a subscription that is paused. This one is ${subscription.status}.`);
  }
  const invoice = beginPeriod(operation, subscription, operation.at, {}, operation.at);
  advanceDraft(operation, invoice);
  // One that asks for nothing was paid before it could be waited for.
  if (invoice.status === 'paid' && isPaused(subscription)) resume(operation, subscription);
}

function isPaused(subscription: Subscription): boolean {
  return subscription.status === 'paused';
}
