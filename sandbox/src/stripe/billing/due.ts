import type { Invoice, PaymentIntent, Subscription } from '../objects.ts';
import { emit, type Operation } from '../operation.ts';
import { expireSession } from '../resources/checkout-sessions.ts';
import type { State } from '../state.ts';
import { cancelSubscription } from './cancel.ts';
import { chargeInvoice } from './invoice.ts';
import {
  advanceDraft,
  endOfPeriod,
  expireIncomplete,
  renewSubscription,
  resumeCollection,
  upcomingInvoice,
} from './renew.ts';
import { settle } from './settle.ts';
import { endTrial, noticeAt } from './trial.ts';

type Due = { at: number; run: (operation: Operation) => void };

const incompleteSeconds = 23 * 3600;
const upcomingSeconds = 7 * 86_400;

/** The next thing that time alone does to the object, if any. */
export function nextDue(state: State, id: string): Due | undefined {
  let next: Due | undefined;
  for (const due of duesOf(state, id)) if (!next || due.at < next.at) next = due;
  return next;
}

function duesOf(state: State, id: string): Due[] {
  if (id.startsWith('sub_')) {
    const subscription = state.subscriptions.get(id);
    return subscription ? ofSubscription(state, subscription) : [];
  }
  if (id.startsWith('in_')) {
    const invoice = state.invoices.get(id);
    return invoice ? ofInvoice(invoice) : [];
  }
  if (id.startsWith('pi_')) {
    const intent = state.paymentIntents.get(id);
    return intent ? ofIntent(state, intent) : [];
  }
  const session = state.checkoutSessions.get(id);
  if (session?.status !== 'open') return [];
  return [{ at: session.expires_at, run: (operation) => expireSession(operation, session) }];
}

/** In the order in which they count when they fall into one second. */
function ofSubscription(state: State, subscription: Subscription): Due[] {
  const { id, status, cancel_at: cancelAt, trial_end: trialEnd, pause_collection: pause } = subscription;
  if (status === 'canceled' || status === 'incomplete_expired') return [];
  if (status === 'incomplete') {
    const at = subscription.created + incompleteSeconds;
    return [{ at, run: (operation) => expireIncomplete(operation, subscription) }];
  }
  const dues: Due[] = [];
  const add = (at: number | null | undefined, run: Due['run']) => {
    if (at !== null && at !== undefined) dues.push({ at, run });
  };
  const once = (key: string, at: number | undefined, tell: Due['run']) => {
    if (at === undefined || state.told.has(key)) return;
    add(at, (operation) => {
      state.told.set(key, operation.at);
      tell(operation);
    });
  };
  add(cancelAt, (operation) => cancelSubscription(operation, subscription));
  add(pause?.resumes_at, (operation) => resumeCollection(operation, subscription));
  once(`trial_will_end ${id} ${trialEnd}`, noticeAt(subscription), (operation) =>
    emit(operation, 'customer.subscription.trial_will_end', subscription),
  );
  if (status === 'trialing') add(trialEnd, (operation) => endTrial(operation, subscription));
  if (status === 'paused') return dues;
  const end = endOfPeriod(subscription);
  once(`upcoming ${id} ${end}`, upcomingAt(subscription, end), (operation) =>
    emit(operation, 'invoice.upcoming', upcomingInvoice(operation, subscription)),
  );
  if (status !== 'trialing') add(end, (operation) => renewSubscription(operation, subscription));
  return dues;
}

/** A bill that will not come is not announced, nor one that comes sooner than a week. */
function upcomingAt(subscription: Subscription, end: number): number | undefined {
  const { cancel_at: cancelAt, items } = subscription;
  const at = end - upcomingSeconds;
  const isShort = items.data.some((item) => item.current_period_start >= at);
  return isShort || (cancelAt !== null && cancelAt <= end) ? undefined : at;
}

function ofInvoice(invoice: Invoice): Due[] {
  const { status, automatically_finalizes_at: finalizesAt, next_payment_attempt: retryAt } = invoice;
  if (status === 'draft' && finalizesAt) {
    return [{ at: finalizesAt, run: (operation) => advanceDraft(operation, invoice) }];
  }
  if (status === 'open' && retryAt) {
    return [{ at: retryAt, run: (operation) => chargeInvoice(operation, invoice, 'absent') }];
  }
  return [];
}

function ofIntent(state: State, intent: PaymentIntent): Due[] {
  const settlement = state.settlements.get(intent.id);
  if (intent.status !== 'processing' || !settlement) return [];
  return [{ at: settlement.at, run: (operation) => settle(operation, intent, settlement.succeeds) }];
}
