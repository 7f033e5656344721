import { found, invalid } from '../api/errors.ts';
import type { Invoice, Subscription, SubscriptionItem } from '../objects.ts';
import { change, type Operation } from '../operation.ts';
import type { State } from '../state.ts';
import { cancelSubscription } from './cancel.ts';
import { buildInvoice, draftInvoice } from './draft-invoice.ts';
import {
  chargeInvoice,
  finalizeInvoice,
  forceInvoice,
  markUncollectible,
  type PaymentOutcome,
  voidInvoice,
} from './invoice.ts';
import { periodEnd } from './period.ts';
import { invoiceParts } from './subscription.ts';

const draftSeconds = 60 * 60;

/**
 * Moves the subscription into its next period and drafts the bill for it, or ends it when that is what was asked for.
 * As with Stripe, the draft stands for an hour before anybody is charged.
 */
export function renewSubscription(operation: Operation, subscription: Subscription): Invoice | undefined {
  if (!['active', 'past_due', 'unpaid', 'trialing'].includes(subscription.status)) {
    throw invalid(
      `Subscription ${subscription.id} is ${subscription.status}; only one that is running can be renewed.`,
    );
  }
  if (subscription.cancel_at_period_end) {
    cancelSubscription(operation, subscription);
    return undefined;
  }
  return beginPeriod(operation, subscription, subscription.billing_cycle_anchor);
}

/** The hand on the controls does not wait for the hour, nor ask the card. */
export function renewNow(operation: Operation, subscription: Subscription, outcome: PaymentOutcome): void {
  const invoice = renewSubscription(operation, subscription);
  if (!invoice) return;
  finalizeInvoice(operation, invoice);
  if (invoice.status === 'open') forceInvoice(operation, invoice, outcome);
}

/** The next period, its draft, and the status in which it begins. */
export function beginPeriod(
  operation: Operation,
  subscription: Subscription,
  anchor: number,
  patch: Partial<Subscription> = {},
  start = endOfPeriod(subscription),
): Invoice {
  const { items, parts } = nextPeriod(operation.state, subscription, anchor, start);
  const invoice = draftInvoice(operation, parts);
  const isKept = subscription.status === 'unpaid' || subscription.pause_collection?.behavior === 'keep_as_draft';
  Object.assign(invoice, {
    auto_advance: !isKept,
    automatically_finalizes_at: isKept ? null : operation.at + draftSeconds,
  } satisfies Partial<Invoice>);
  change(operation, 'customer.subscription.updated', subscription, {
    ...patch,
    billing_cycle_anchor: anchor,
    items,
    latest_invoice: invoice.id,
  });
  return invoice;
}

/** The items in their next period, and the bill for it. */
function nextPeriod(state: State, subscription: Subscription, anchor: number, start: number) {
  const [first] = subscription.items.data;
  if (!first) throw invalid(`Subscription ${subscription.id} has no items to renew.`);
  const customer = found(state.customers, 'customer', subscription.customer);
  const items = { ...subscription.items, data: subscription.items.data.map((item) => periodFrom(item, start, anchor)) };
  // The draft's lines are of the new period, its own period is the one that ended: so does Stripe.
  const ended = { start: first.current_period_start, end: start };
  const parts = invoiceParts(state, { ...subscription, items }, customer, 'subscription_cycle', ended);
  return { items, parts: { ...parts, subscription } };
}

export function endOfPeriod(subscription: Subscription): number {
  return Math.min(...subscription.items.data.map((item) => item.current_period_end));
}

/** The draft's hour is over: it is billed, or laid aside while collection is paused. */
export function advanceDraft(operation: Operation, invoice: Invoice): void {
  const { state } = operation;
  const subscription = state.subscriptions.get(invoice.parent?.subscription_details?.subscription ?? '');
  finalizeInvoice(operation, invoice);
  if (invoice.status !== 'open') return;
  const paused = subscription?.pause_collection?.behavior;
  if (paused === 'void') voidInvoice(operation, invoice);
  else if (paused === 'mark_uncollectible') markUncollectible(operation, invoice);
  else chargeInvoice(operation, invoice, 'absent');
}

/** Collecting goes on: a pause of it had its end set. */
export function resumeCollection(operation: Operation, subscription: Subscription): void {
  change(operation, 'customer.subscription.updated', subscription, { pause_collection: null });
}

/** Nobody paid the first invoice in time: the subscription never came to be. */
export function expireIncomplete(operation: Operation, subscription: Subscription): void {
  const { state, at } = operation;
  change(operation, 'customer.subscription.updated', subscription, { ended_at: at, status: 'incomplete_expired' });
  const invoice = state.invoices.get(subscription.latest_invoice ?? '');
  if (invoice?.status === 'open') voidInvoice(operation, invoice);
}

function periodFrom(item: SubscriptionItem, start: number, anchor: number): SubscriptionItem {
  const end = item.price.recurring ? periodEnd(start, item.price.recurring, anchor) : start;
  return { ...item, current_period_start: start, current_period_end: end };
}

/** The bill that will come, as it is announced: it has no id. */
export function upcomingInvoice(operation: Operation, subscription: Subscription): object {
  const { id: _none, ...invoice } = previewInvoice(operation, subscription);
  return invoice;
}

/** The bill that will come, made up for who asks: its id says so, and names nothing that is kept. */
export function previewInvoice(operation: Operation, subscription: Subscription): Invoice {
  const start = endOfPeriod(subscription);
  const anchor = subscription.status === 'trialing' ? start : subscription.billing_cycle_anchor;
  const { parts } = nextPeriod(operation.state, subscription, anchor, start);
  const invoice = buildInvoice(operation, parts);
  return { ...invoice, id: `upcoming_${invoice.id}`, next_payment_attempt: start + draftSeconds };
}
