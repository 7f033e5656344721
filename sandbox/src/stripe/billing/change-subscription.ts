import * as z from 'zod';
import { found, invalid } from '../api/errors.ts';
import { clearable, flag, given, mergeMetadata, metadata, text, wholeNumber } from '../api/params.ts';
import type { Subscription } from '../objects.ts';
import { change, type Operation } from '../operation.ts';
import { applyItems, itemChange, planItems } from './change-items.ts';
import { createDiscount } from './discount.ts';
import { discountParams, discountSources } from './redeem.ts';
import { endOfPeriod } from './renew.ts';
import { endTrialNow } from './trial.ts';

export const cancellationDetails = z.strictObject({ comment: clearable.optional(), feedback: clearable.optional() });

export const trialSettings = z.strictObject({
  end_behavior: z.strictObject({ missing_payment_method: z.enum(['cancel', 'create_invoice', 'pause']) }),
});

export const updateParams = z.strictObject({
  cancel_at: z.union([z.literal('').transform(() => null), wholeNumber]).optional(),
  cancel_at_period_end: flag.optional(),
  cancellation_details: cancellationDetails.optional(),
  default_payment_method: text.optional(),
  description: clearable.optional(),
  discounts: discountParams.optional(),
  items: z.array(itemChange).min(1).optional(),
  metadata: metadata.optional(),
  off_session: flag.optional(),
  pause_collection: z
    .union([
      z.literal('').transform(() => null),
      z.strictObject({
        behavior: z.enum(['keep_as_draft', 'mark_uncollectible', 'void']),
        resumes_at: wholeNumber.optional(),
      }),
    ])
    .optional(),
  // What could not be paid leaves the subscription past due; undoing the change instead is not played here.
  payment_behavior: z.literal('allow_incomplete').optional(),
  proration_behavior: z.enum(['always_invoice', 'create_prorations', 'none']).default('create_prorations'),
  trial_end: z.union([z.literal('now'), wholeNumber]).optional(),
  trial_settings: trialSettings.optional(),
});

type UpdateParams = z.output<typeof updateParams>;

/** Changes a subscription as its owner asks: one event for what changes, and the bills that follow from it. */
export function changeSubscription(operation: Operation, subscription: Subscription, params: UpdateParams): void {
  const { state, at } = operation;
  if (subscription.status === 'canceled' || subscription.status === 'incomplete_expired') {
    const { metadata: words, cancellation_details: why, proration_behavior: _proration, ...others } = params;
    if (Object.keys(given(others)).length > 0) {
      throw invalid('A canceled subscription can only update its cancellation_details and metadata.');
    }
    const details = { ...noCancellation, ...subscription.cancellation_details, ...given(why ?? {}) };
    change(operation, 'customer.subscription.updated', subscription, {
      cancellation_details: details,
      metadata: mergeMetadata(subscription.metadata, words),
    });
    return;
  }
  if (params.default_payment_method) {
    found(state.paymentMethods, 'PaymentMethod', params.default_payment_method, 'default_payment_method');
  }
  if (params.cancel_at !== undefined && params.cancel_at !== null && params.cancel_at <= at) {
    throw invalid('The `cancel_at` date must be in the future.', { param: 'cancel_at' });
  }
  const planned = params.items && planItems(operation, subscription, params.items);
  const patch = patchOf(operation, subscription, params);
  if (planned) applyItems(operation, subscription, planned, params.proration_behavior, patch);
  else change(operation, 'customer.subscription.updated', subscription, patch);
  if (params.trial_end === 'now' && subscription.status === 'trialing') endTrialNow(operation, subscription);
}

function patchOf(operation: Operation, subscription: Subscription, params: UpdateParams): Partial<Subscription> {
  const { default_payment_method, description, pause_collection: pause, trial_end: trialEnd } = params;
  const settings = params.trial_settings?.end_behavior;
  return {
    ...given({ default_payment_method, description }),
    ...cancellation(operation, subscription, params),
    ...(params.discounts !== undefined && { discounts: redeemed(operation, subscription, params.discounts) }),
    ...(pause !== undefined && { pause_collection: pause && { ...pause, resumes_at: pause.resumes_at ?? null } }),
    ...(typeof trialEnd === 'number' && trialUntil(operation, subscription, trialEnd)),
    ...(settings && { trial_settings: { end_behavior: { billing_cycle_anchor: null, ...settings } } }),
    metadata: mergeMetadata(subscription.metadata, params.metadata),
  };
}

const noCancellation = { comment: null, feedback: null, feedback_option: null, reason: null };

function cancellation(operation: Operation, subscription: Subscription, params: UpdateParams): Partial<Subscription> {
  const { cancel_at: cancelAt, cancel_at_period_end: atEnd, cancellation_details: why } = params;
  const details = { ...noCancellation, comment: why?.comment ?? null, feedback: why?.feedback ?? null };
  const at = atEnd ? endOfPeriod(subscription) : cancelAt;
  if (at) {
    return {
      cancel_at: at,
      cancel_at_period_end: atEnd ?? false,
      canceled_at: operation.at,
      cancellation_details: { ...details, reason: 'cancellation_requested' },
    };
  }
  if (atEnd === false || cancelAt === null) {
    return { cancel_at: null, cancel_at_period_end: false, canceled_at: null, cancellation_details: details };
  }
  if (!why) return {};
  return { cancellation_details: { ...noCancellation, ...subscription.cancellation_details, ...given(why) } };
}

/** A trial that is given, or made longer: nothing is charged until its end. */
function trialUntil(operation: Operation, subscription: Subscription, end: number): Partial<Subscription> {
  if (end <= operation.at) throw invalid('The `trial_end` must be in the future.', { param: 'trial_end' });
  const data = subscription.items.data.map((item) => ({ ...item, current_period_end: end }));
  return {
    billing_cycle_anchor: end,
    items: { ...subscription.items, data },
    status: 'trialing',
    trial_end: end,
    trial_start: subscription.trial_start ?? operation.at,
  };
}

function redeemed(
  operation: Operation,
  subscription: Subscription,
  asked: z.output<typeof discountParams>,
): Subscription['discounts'] {
  const owner = { customer: subscription.customer, subscription: subscription.id };
  return discountSources(operation.state, asked).map((source) => createDiscount(operation, source, owner).id);
}
