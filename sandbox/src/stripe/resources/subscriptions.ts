import * as z from 'zod';
import { found, invalid } from '../api/errors.ts';
import { page, paging } from '../api/list.ts';
import {
  clearable,
  createdRange,
  flag,
  given,
  isWithin,
  mergeMetadata,
  metadata,
  text,
  wholeNumber,
} from '../api/params.ts';
import { route } from '../api/route.ts';
import { cancelSubscription } from '../billing/cancel.ts';
import { planOf } from '../billing/subscription.ts';
import type { Subscription, SubscriptionItem } from '../objects.ts';
import { change, type Operation } from '../operation.ts';

const cancellationDetails = z.strictObject({ comment: clearable.optional(), feedback: clearable.optional() });

const updateParams = z.strictObject({
  cancel_at_period_end: flag.optional(),
  cancellation_details: cancellationDetails.optional(),
  default_payment_method: text.optional(),
  description: clearable.optional(),
  items: z
    .array(
      z.strictObject({
        id: text,
        price: text.optional(),
        quantity: wholeNumber.pipe(z.number().min(1)).optional(),
      }),
    )
    .optional(),
  metadata: metadata.optional(),
  // Prorated amounts are not reckoned here: a new price counts from the next period, which is what `none` means.
  proration_behavior: z.literal('none').optional(),
});

const statuses = [
  'active',
  'canceled',
  'incomplete',
  'incomplete_expired',
  'past_due',
  'paused',
  'trialing',
  'unpaid',
] as const;

const listParams = paging.extend({
  created: createdRange.optional(),
  customer: text.optional(),
  price: text.optional(),
  status: z.enum([...statuses, 'all', 'ended']).optional(),
});

export const subscriptionRoutes = [
  route('get', '/v1/subscriptions/:id', z.strictObject({}), ({ state }, _params, id) =>
    found(state.subscriptions, 'subscription', id),
  ),

  route('get', '/v1/subscriptions', listParams, ({ state }, { created, customer, price, status, ...cursor }) =>
    page(
      '/v1/subscriptions',
      state.subscriptions,
      cursor,
      (subscription) =>
        hasStatus(subscription, status) &&
        (customer === undefined || subscription.customer === customer) &&
        (price === undefined || subscription.items.data.some((item) => item.price.id === price)) &&
        isWithin(subscription.created, created),
    ),
  ),

  route('post', '/v1/subscriptions/:id', updateParams, (operation, params, id) => {
    const subscription = found(operation.state.subscriptions, 'subscription', id);
    if (subscription.status === 'canceled') {
      throw invalid('A canceled subscription can only update its cancellation_details and metadata.');
    }
    const { items, metadata: words, cancel_at_period_end: atEnd, cancellation_details: why, ...rest } = params;
    delete rest.proration_behavior;
    change(operation, 'customer.subscription.updated', subscription, {
      ...given(rest),
      ...(atEnd !== undefined && cancellation(operation, subscription, atEnd, why)),
      ...(items && { items: { ...subscription.items, data: changedItems(operation, subscription, items) } }),
      metadata: mergeMetadata(subscription.metadata, words),
    });
    return subscription;
  }),

  route(
    'delete',
    '/v1/subscriptions/:id',
    z.strictObject({ cancellation_details: cancellationDetails.optional() }),
    (operation, params, id) => {
      const subscription = found(operation.state.subscriptions, 'subscription', id);
      cancelSubscription(operation, subscription, 'cancellation_requested', given(params.cancellation_details ?? {}));
      return subscription;
    },
  ),
];

/** Stripe's own default leaves out what is canceled. */
function hasStatus(subscription: Subscription, status: z.output<typeof listParams>['status']): boolean {
  const ended = subscription.status === 'canceled' || subscription.status === 'incomplete_expired';
  if (status === undefined) return subscription.status !== 'canceled';
  if (status === 'all') return true;
  return status === 'ended' ? ended : subscription.status === status;
}

function cancellation(
  operation: Operation,
  subscription: Subscription,
  atPeriodEnd: boolean,
  why: z.output<typeof cancellationDetails> | undefined,
): Partial<Subscription> {
  const details = { comment: why?.comment ?? null, feedback: why?.feedback ?? null, feedback_option: null };
  if (!atPeriodEnd) {
    return {
      cancel_at: null,
      cancel_at_period_end: false,
      canceled_at: null,
      cancellation_details: { ...details, reason: null },
    };
  }
  return {
    cancel_at: Math.max(...subscription.items.data.map((item) => item.current_period_end)),
    cancel_at_period_end: true,
    canceled_at: operation.at,
    cancellation_details: { ...details, reason: 'cancellation_requested' },
  };
}

function changedItems(
  operation: Operation,
  subscription: Subscription,
  changes: NonNullable<z.output<typeof updateParams>['items']>,
): SubscriptionItem[] {
  const items = new Map(subscription.items.data.map((item) => [item.id, item]));
  for (const [index, asked] of changes.entries()) {
    const item = found(items, 'subscription_item', asked.id, `items[${index}][id]`);
    const param = `items[${index}][price]`;
    const price = asked.price ? found(operation.state.prices, 'price', asked.price, param) : item.price;
    if (price.currency !== subscription.currency) {
      throw invalid(`The price specified is in ${price.currency}, the subscription in ${subscription.currency}.`, {
        param,
      });
    }
    if (price.recurring?.interval !== item.price.recurring?.interval) {
      throw invalid('The sandbox does not support changing the billing interval of a subscription.', { param });
    }
    const quantity = asked.quantity ?? item.quantity ?? 1;
    items.set(item.id, { ...item, plan: planOf(price), price: structuredClone(price), quantity });
  }
  return [...items.values()];
}
