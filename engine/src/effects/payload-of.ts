import { type Access, plansOf, plansOfOrder } from '../billing/access.ts';
import {
  type BillingState,
  type Checkout,
  type Dispute,
  find,
  type Invoice,
  objectsOf,
  type Subscription,
} from '../billing/state.ts';
import type { Policy } from '../config.ts';
import { mainSubscription } from '../customers/summary.ts';
import type { Payloads, Person } from './payloads.ts';

/** What each message says, from what is believed when it is planned. */

export interface Told {
  after: BillingState;
  accessAfter: Access;
  person: Person;
  policy: Policy;
  baseUrl: string;
}

export function purchaseOf({ after, person, policy }: Told, objectId: string, at: Date): Payloads['email.welcome'] {
  const subscription = find(after, 'subscription', objectId);
  const checkout = find(after, 'checkout', objectId);
  const invoice = objectsOf(after, 'invoice')
    .filter((it) => it.status === 'paid' && (it.subscriptionId === objectId || it.id === checkout?.invoiceId))
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())[0];
  const amount = invoice ?? checkout;
  const cents = invoice?.amountPaidCents ?? checkout?.amountTotalCents ?? 0;
  const bought = checkout && planOfOrder(checkout, policy);
  return {
    person,
    plan: planOf(subscription, policy) ?? bought ?? { key: 'order', name: 'Order' },
    paid: cents > 0 && amount?.currency ? { amountCents: cents, currency: amount.currency } : null,
    paidAt: invoice?.paidAt ?? at,
    invoiceNumber: invoice?.number ?? null,
    invoiceUrl: invoice?.hostedInvoiceUrl ?? null,
  };
}

export function failureOf(situation: Told, invoice: Invoice, attempt: number): Payloads['email.payment_failed'] {
  const { after, accessAfter, person, policy } = situation;
  const { reason } = accessAfter;
  const subscription = invoice.subscriptionId ? find(after, 'subscription', invoice.subscriptionId) : undefined;
  return {
    person,
    plan: planOf(subscription ?? mainSubscription(after, accessAfter) ?? undefined, policy),
    invoiceId: invoice.id,
    invoiceNumber: invoice.number,
    due: { amountCents: invoice.amountDueCents, currency: invoice.currency },
    attempt,
    failureCode: invoice.failureCode ?? failureCodeOf(after, invoice),
    nextAttemptAt: invoice.nextPaymentAttempt,
    payUrl: invoice.hostedInvoiceUrl ?? `${situation.baseUrl}/account`,
    graceEndsAt: reason.code === 'past_due' ? new Date(reason.graceEndsAt) : null,
  };
}

/** Told by the payment that the invoice was tried through, where that is known. */
function failureCodeOf(state: BillingState, invoice: Invoice): string | null {
  const payments = objectsOf(state, 'payment').filter(
    (it) => invoice.paymentIds.includes(it.id) || it.invoiceId === invoice.id,
  );
  return payments.find((it) => it.failureCode !== null)?.failureCode ?? null;
}

export function confirmationOf(
  situation: Told,
  invoice: Invoice,
  attempt: number,
): Payloads['email.payment_action_required'] {
  const { person, plan, invoiceId, invoiceNumber, due } = failureOf(situation, invoice, attempt);
  const confirmUrl = invoice.hostedInvoiceUrl ?? `${situation.baseUrl}/account`;
  return { person, plan, invoiceId, invoiceNumber, due, attempt, confirmUrl };
}

export function refundOf(
  { after, person, policy }: Told,
  refundId: string,
  { amountCents, currency, whole }: { amountCents: number; currency: string; whole: boolean },
): Payloads['email.refunded'] {
  const refund = find(after, 'refund', refundId);
  const invoice = objectsOf(after, 'invoice').find((it) => isPaidThrough(it, refund?.paymentId, refund?.chargeId));
  const order = objectsOf(after, 'checkout').find((it) => it.paymentId !== null && it.paymentId === refund?.paymentId);
  const subscription = invoice?.subscriptionId ? find(after, 'subscription', invoice.subscriptionId) : undefined;
  return {
    person,
    plan: planOf(subscription, policy) ?? (order ? planOfOrder(order, policy) : null),
    refunded: { amountCents, currency },
    isWhole: whole,
    invoiceNumber: invoice?.number ?? null,
  };
}

function isPaidThrough(invoice: Invoice, paymentId: string | null | undefined, chargeId: string | null | undefined) {
  return (
    (paymentId != null && invoice.paymentIds.includes(paymentId)) ||
    (chargeId != null && invoice.chargeIds.includes(chargeId))
  );
}

export function disputeOf({ person, accessAfter }: Told, { id: disputeId, amountCents, currency }: Dispute) {
  return { person, disputeId, disputed: { amountCents, currency }, hasAccess: accessAfter.allow };
}

/** What the first period costs; null when an item is priced by tiers or use. */
export function priceOf({ items }: Subscription): { amountCents: number; currency: string } | null {
  const [first] = items;
  if (first === undefined || items.some((item) => item.unitAmount === null)) return null;
  const amountCents = items.reduce((sum, item) => sum + (item.unitAmount ?? 0) * item.quantity, 0);
  return { amountCents, currency: first.currency };
}

export function planOfOrder(checkout: Checkout, policy: Policy): { key: string; name: string } | null {
  const [key] = plansOfOrder(checkout, policy);
  const plan = policy.plans.find((it) => it.key === key);
  return plan ? { key: plan.key, name: plan.name } : null;
}

/** A subscription to something that is no plan of ours is called by its price. */
export function planOf(subscription: Subscription | undefined, policy: Policy): { key: string; name: string } | null {
  const [item] = subscription?.items ?? [];
  if (subscription === undefined || item === undefined) return null;
  const key = plansOf(subscription, policy)[0] ?? item.lookupKey ?? item.priceId;
  return { key, name: policy.plans.find((plan) => plan.key === key)?.name ?? key };
}

/** The bank asked the customer to confirm this attempt: it has a message of its own, and is no failure yet. */
/** That attempt, or a later one: what is to be done now is to confirm. */
export function asksToConfirm(invoice: Invoice, attempt: number): boolean {
  return invoice.confirmAttempt >= attempt;
}
