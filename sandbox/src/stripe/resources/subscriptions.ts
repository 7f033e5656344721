import * as z from 'zod';
import { found, invalid } from '../api/errors.ts';
import { page, paging } from '../api/list.ts';
import { createdRange, flag, given, isWithin, mergeMetadata, metadata, text, wholeNumber } from '../api/params.ts';
import { route } from '../api/route.ts';
import { cancelSubscription } from '../billing/cancel.ts';
import {
  cancellationDetails,
  changeSubscription,
  trialSettings,
  updateParams,
} from '../billing/change-subscription.ts';
import { chargeInvoice } from '../billing/invoice.ts';
import { pause, resumePaused } from '../billing/pause.ts';
import { defaultMethod } from '../billing/payment-method.ts';
import { discountParams, discountSources } from '../billing/redeem.ts';
import { startSubscription } from '../billing/subscription.ts';
import type { Subscription } from '../objects.ts';
import type { Operation } from '../operation.ts';

const createParams = z.strictObject({
  cancel_at: wholeNumber.optional(),
  cancel_at_period_end: flag.optional(),
  collection_method: z.literal('charge_automatically').optional(),
  customer: text,
  default_payment_method: text.optional(),
  description: text.optional(),
  discounts: discountParams.optional(),
  items: z
    .array(z.strictObject({ price: text, quantity: wholeNumber.pipe(z.number().min(1)).default(1) }))
    .min(1)
    .max(20),
  metadata: metadata.optional(),
  off_session: flag.optional(),
  payment_behavior: z.enum(['allow_incomplete', 'default_incomplete', 'error_if_incomplete']).optional(),
  payment_settings: z
    .strictObject({ save_default_payment_method: z.enum(['off', 'on_subscription']).optional() })
    .optional(),
  proration_behavior: z.enum(['always_invoice', 'create_prorations', 'none']).optional(),
  trial_end: wholeNumber.optional(),
  trial_period_days: wholeNumber.pipe(z.number().min(1).max(730)).optional(),
  trial_settings: trialSettings.optional(),
});

const resumeParams = z.strictObject({
  billing_cycle_anchor: z.strictObject({ type: z.literal('now') }).optional(),
  proration_behavior: z.enum(['always_invoice', 'create_prorations', 'none']).optional(),
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
  route('post', '/v1/subscriptions', createParams, create),

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
      { customer },
    ),
  ),

  route('post', '/v1/subscriptions/:id', updateParams, (operation, params, id) => {
    const subscription = found(operation.state.subscriptions, 'subscription', id);
    changeSubscription(operation, subscription, params);
    return subscription;
  }),

  route('post', '/v1/subscriptions/:id/pause', z.strictObject({ type: text.optional() }), (operation, _params, id) => {
    const subscription = found(operation.state.subscriptions, 'subscription', id);
    if (subscription.status !== 'active')
      throw invalid(`A subscription that is ${subscription.status} cannot be paused.`);
    pause(operation, subscription, 'pause_requested');
    return subscription;
  }),

  route('post', '/v1/subscriptions/:id/resume', resumeParams, (operation, _params, id) => {
    const subscription = found(operation.state.subscriptions, 'subscription', id);
    resumePaused(operation, subscription);
    return subscription;
  }),

  route(
    'delete',
    '/v1/subscriptions/:id',
    z.strictObject({
      cancellation_details: cancellationDetails.optional(),
      // Nothing is reckoned back at a cancellation, whatever is asked: Stripe's default, too.
      invoice_now: flag.optional(),
      prorate: flag.optional(),
    }),
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

function create(operation: Operation, params: z.output<typeof createParams>): Subscription {
  const { state, at } = operation;
  const customer = found(state.customers, 'customer', params.customer, 'customer');
  const lines = params.items.map(({ price: id, quantity }, index) => {
    const param = `items[${index}][price]`;
    const price = found(state.prices, 'price', id, param);
    if (!price.recurring) throw invalid('The price specified is not recurring.', { param });
    return { price, quantity };
  });
  const named = params.default_payment_method;
  const method = named ? found(state.paymentMethods, 'PaymentMethod', named, 'default_payment_method') : undefined;
  const { trial_end: trialEnd, trial_period_days: days } = params;
  const payer = method ?? defaultMethod(state, undefined, customer);
  const behavior = params.payment_behavior ?? 'allow_incomplete';
  if (!payer && trialEnd === undefined && days === undefined && behavior !== 'default_incomplete') {
    throw invalid('This customer has no attached payment source or default payment method.', {
      code: 'resource_missing',
    });
  }
  const subscription = startSubscription(operation, {
    customer,
    lines,
    method,
    metadata: mergeMetadata({}, params.metadata),
    description: params.description ?? null,
    trialEnd: trialEnd ?? (days === undefined ? null : at + days * 86_400),
    missingPaymentMethod: params.trial_settings?.end_behavior.missing_payment_method ?? 'create_invoice',
    cancelAt: params.cancel_at ?? null,
    coupons: discountSources(state, params.discounts ?? []),
  });
  const invoice = state.invoices.get(subscription.latest_invoice ?? '');
  if (invoice?.status === 'open' && behavior !== 'default_incomplete')
    chargeInvoice(operation, invoice, 'present', payer);
  if (params.cancel_at_period_end)
    changeSubscription(operation, subscription, updateParams.parse({ cancel_at_period_end: 'true' }));
  return subscription;
}
