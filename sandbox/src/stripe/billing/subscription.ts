import { newId } from '../ids.ts';
import type { Customer, Invoice, PaymentMethod, Price, Subscription, SubscriptionItem } from '../objects.ts';
import { wholeList } from '../objects.ts';
import { emit, type Operation } from '../operation.ts';
import type { MissingPaymentMethod, State } from '../state.ts';
import { createDiscount } from './discount.ts';
import { draftInvoice, type InvoiceParts } from './draft-invoice.ts';
import { finalizeInvoice } from './invoice.ts';
import { type DraftLine, periodLine, trialLine, waitingLine } from './invoice-lines.ts';
import { periodEnd } from './period.ts';

/** What a new subscription is to be. */
export type SubscriptionStart = {
  customer: Customer;
  lines: { price: Price; quantity: number }[];
  method?: PaymentMethod | undefined;
  metadata?: Record<string, string>;
  description?: string | null;
  trialEnd?: number | null;
  missingPaymentMethod?: MissingPaymentMethod;
  cancelAt?: number | null;
  coupons?: { coupon: string; promotionCode: string | null }[];
};

/** A new subscription, with its first invoice: open and unpaid, or paid already when it asks for nothing. */
export function startSubscription(operation: Operation, start: SubscriptionStart): Subscription {
  const { at, state } = operation;
  const { trialEnd = null } = start;
  const id = newId.subscription();
  const items = start.lines.map(({ price, quantity }) => newItem(id, price, quantity, at, trialEnd));
  const currency = items[0]?.price.currency ?? 'usd';
  const subscription: Subscription = {
    id,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: trialEnd ?? at,
    billing_cycle_anchor_config: null,
    billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible' },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: start.cancelAt ?? null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: 'charge_automatically',
    created: at,
    currency: currency,
    customer: start.customer.id,
    customer_account: null,
    days_until_due: null,
    default_payment_method: start.method?.id ?? null,
    default_source: null,
    default_tax_rates: [],
    description: start.description ?? null,
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
    metadata: start.metadata ?? {},
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
    trial_end: trialEnd,
    trial_settings: {
      end_behavior: {
        billing_cycle_anchor: null,
        missing_payment_method: start.missingPaymentMethod ?? 'create_invoice',
      },
    },
    trial_start: trialEnd === null ? null : at,
  };
  state.subscriptions.set(id, subscription);
  for (const coupon of start.coupons ?? []) {
    const discount = createDiscount(operation, coupon, { customer: start.customer.id, subscription: id });
    subscription.discounts.push(discount.id);
    emit(operation, 'customer.discount.created', discount);
  }
  const invoice = draftInvoice(
    operation,
    invoiceParts(state, subscription, start.customer, 'subscription_create', { start: at, end: at }),
  );
  subscription.latest_invoice = invoice.id;
  if (trialEnd !== null) subscription.status = 'trialing';
  else if (invoice.amount_due === 0) subscription.status = 'active';
  emit(operation, 'customer.subscription.created', subscription);
  finalizeInvoice(operation, invoice);
  return subscription;
}

/** What an invoice for the present period of the subscription is made of. */
export function invoiceParts(
  state: State,
  subscription: Subscription,
  customer: Customer,
  reason: Invoice['billing_reason'] & InvoiceParts['reason'],
  period: { start: number; end: number },
): InvoiceParts {
  const draw = subscription.trial_end !== null && reason === 'subscription_create' ? trialLine : periodLine;
  return {
    customer,
    subscription,
    reason,
    period,
    lines: [
      ...waitingLines(state, subscription),
      ...subscription.items.data.map((item) => draw(state, subscription, item)),
    ],
    discounts: subscription.discounts.flatMap((id) => {
      const discount = state.discounts.get(id);
      return discount && (discount.end === null || discount.end > period.end) ? [discount] : [];
    }),
    currency: subscription.currency,
  };
}

/** What was reckoned since the last invoice and is on none yet. */
export function waitingLines(state: State, subscription: Subscription): DraftLine[] {
  return state.invoiceItems
    .of('subscription', subscription.id)
    .filter((item) => item.invoice === null)
    .map((item) => waitingLine(state, item));
}

export function newItem(
  subscriptionId: string,
  price: Price,
  quantity: number,
  at: number,
  trialEnd: number | null = null,
): SubscriptionItem {
  const recurring = price.recurring ?? { interval: 'month', interval_count: 1 };
  return {
    id: newId.subscriptionItem(),
    object: 'subscription_item',
    billing_thresholds: null,
    created: at,
    current_period_end: trialEnd ?? periodEnd(at, recurring, at),
    current_period_start: at,
    current_trial: null,
    discounts: [],
    metadata: {},
    plan: planOf(price),
    price: structuredClone(price),
    quantity,
    subscription: subscriptionId,
    tax_rates: [],
  };
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
