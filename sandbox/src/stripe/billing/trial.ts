import type { Subscription } from '../objects.ts';
import type { Operation } from '../operation.ts';
import type { State, TrialEnd } from '../state.ts';
import { cancelSubscription } from './cancel.ts';
import { pause } from './pause.ts';
import { defaultMethod } from './payment-method.ts';
import { advanceDraft, beginPeriod } from './renew.ts';

const noticeSeconds = 3 * 86_400;

export function trialEndAt(trial: TrialEnd | null, at: number): number | null {
  if (trial === null) return null;
  return 'days' in trial ? at + trial.days * 86_400 : trial.at;
}

/** When Stripe says that the trial will end: three days before, or at once when it is shorter. */
export function noticeAt(subscription: Subscription): number | undefined {
  if (subscription.status !== 'trialing' || subscription.trial_end === null) return undefined;
  return Math.max(subscription.trial_end - noticeSeconds, subscription.trial_start ?? subscription.created);
}

/** The trial is over: the first paid period begins, or what was chosen for when there is nothing to pay with. */
export function endTrial(operation: Operation, subscription: Subscription): void {
  const { at } = operation;
  const behavior = hasMethod(operation.state, subscription)
    ? 'create_invoice'
    : (subscription.trial_settings?.end_behavior.missing_payment_method ?? 'create_invoice');
  if (behavior === 'cancel') {
    cancelSubscription(operation, subscription);
    return;
  }
  if (behavior === 'pause') {
    pause(operation, subscription, 'trial_end_without_payment_method');
    return;
  }
  beginPeriod(operation, subscription, at, { status: 'active' }, at);
}

/** The trial is cut short: its first bill is not kept waiting. */
export function endTrialNow(operation: Operation, subscription: Subscription): void {
  const { at } = operation;
  const invoice = beginPeriod(operation, subscription, at, { status: 'active', trial_end: at }, at);
  advanceDraft(operation, invoice);
}

function hasMethod(state: State, subscription: Subscription): boolean {
  return defaultMethod(state, subscription, state.customers.get(subscription.customer)) !== undefined;
}
