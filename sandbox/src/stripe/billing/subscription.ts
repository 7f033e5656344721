import { invalid } from '../api/errors.ts';
import { newId } from '../ids.ts';
import type { Customer, LineItem, PaymentMethod, Price, Subscription, SubscriptionItem } from '../objects.ts';
import { wholeList } from '../objects.ts';
import { change, emit, type Operation } from '../operation.ts';
import type { CheckoutPlan } from '../state.ts';
import { cancelSubscription } from './cancel.ts';
import { draftInvoice } from './draft-invoice.ts';
import { finalizeInvoice, type PaymentOutcome, tryInvoice } from './invoice.ts';
import { periodEnd } from './period.ts';

/** A new subscription, with its first invoice open and unpaid. */
export function startSubscription(
  operation: Operation,
  customer: Customer,
  method: PaymentMethod,
  plan: CheckoutPlan,
): Subscription {
  const { at, state } = operation;
  const id = newId.subscription();
  const items = plan.lineItems.flatMap((line) => (line.price?.recurring ? [newItem(id, line.price, line, at)] : []));
  const subscription: Subscription = {
    id,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: at,
    billing_cycle_anchor_config: null,
    billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible' },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: 'charge_automatically',
    created: at,
    currency: items[0]?.price.currency ?? 'usd',
    customer: customer.id,
    customer_account: null,
    days_until_due: null,
    default_payment_method: method.id,
    default_source: null,
    default_tax_rates: [],
    description: plan.subscriptionDescription,
    discounts: [],
    ended_at: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    items: wholeList(`/v1/subscription_items?subscription=${id}`, items),
    latest_invoice: null,
    livemode: false,
    managed_payments: null,
    metadata: plan.subscriptionMetadata,
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: 'off',
    },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: at,
    status: 'incomplete',
    test_clock: null,
    transfer_data: null,
    trial_end: null,
    trial_settings: { end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' } },
    trial_start: null,
  };
  state.subscriptions.set(id, subscription);
  const invoice = draftInvoice(operation, subscription, 'subscription_create', { start: at, end: at });
  subscription.latest_invoice = invoice.id;
  emit(operation, 'customer.subscription.created', subscription);
  finalizeInvoice(operation, invoice);
  return subscription;
}

/** Moves the subscription into its next period, or ends it when that is what was asked for. */
export function renewSubscription(operation: Operation, subscription: Subscription, outcome: PaymentOutcome): void {
  if (subscription.status !== 'active' && subscription.status !== 'past_due') {
    throw invalid(
      `Subscription ${subscription.id} is ${subscription.status}; only one that is running can be renewed.`,
    );
  }
  if (subscription.cancel_at_period_end) {
    cancelSubscription(operation, subscription);
    return;
  }
  const [first] = subscription.items.data;
  if (!first) throw invalid(`Subscription ${subscription.id} has no items to renew.`);
  const ended = { start: first.current_period_start, end: first.current_period_end };
  const items = {
    ...subscription.items,
    data: subscription.items.data.map((item) => nextPeriod(item, subscription.billing_cycle_anchor)),
  };
  // The draft's lines are of the new period, its own period is the one that ended: so does Stripe.
  const invoice = draftInvoice(operation, { ...subscription, items }, 'subscription_cycle', ended);
  change(operation, 'customer.subscription.updated', subscription, { items, latest_invoice: invoice.id });
  finalizeInvoice(operation, invoice);
  tryInvoice(operation, invoice, outcome);
}

function newItem(subscriptionId: string, price: Price, line: LineItem, at: number): SubscriptionItem {
  const recurring = price.recurring ?? { interval: 'month', interval_count: 1 };
  return {
    id: newId.subscriptionItem(),
    object: 'subscription_item',
    billing_thresholds: null,
    created: at,
    current_period_end: periodEnd(at, recurring, at),
    current_period_start: at,
    current_trial: null,
    discounts: [],
    metadata: {},
    plan: planOf(price),
    price: structuredClone(price),
    quantity: line.quantity ?? 1,
    subscription: subscriptionId,
    tax_rates: [],
  };
}

function nextPeriod(item: SubscriptionItem, anchor: number): SubscriptionItem {
  const start = item.current_period_end;
  const end = item.price.recurring ? periodEnd(start, item.price.recurring, anchor) : start;
  return { ...item, current_period_start: start, current_period_end: end };
}

/** The price once more in its old shape, which Stripe still sends. */
export function planOf(price: Price): SubscriptionItem['plan'] {
  return {
    id: price.id,
    object: 'plan',
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: price.billing_scheme,
    created: price.created,
    currency: price.currency,
    interval: price.recurring?.interval ?? 'month',
    interval_count: price.recurring?.interval_count ?? 1,
    livemode: false,
    metadata: price.metadata,
    meter: null,
    nickname: price.nickname,
    product: price.product,
    tiers_mode: null,
    transform_usage: null,
    trial_period_days: null,
    usage_type: 'licensed',
  };
}
