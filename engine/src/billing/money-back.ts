import { type BillingState, type Checkout, type Dispute, type Invoice, objectsOf, type Subscription } from './state.ts';

/** What became of the money for one thing that was bought, after it was paid. */
export interface MoneyBack {
  refundedCents: number;
  /** Everything that was paid went back. */
  isWhole: boolean;
  disputes: Dispute[];
}

/** Stripe makes the invoice of a change and the period it starts in one request. */
const SAME_MOMENT_MS = 60_000;

interface Paid {
  invoiceId: string | null;
  paymentIds: readonly string[];
  chargeIds: readonly string[];
  paidCents: number;
}

export function moneyBackOfInvoice(state: BillingState, invoice: Invoice): MoneyBack {
  const { id: invoiceId, paymentIds, chargeIds, amountPaidCents: paidCents } = invoice;
  return moneyBack(state, { invoiceId, paymentIds, chargeIds, paidCents });
}

export function moneyBackOfOrder(state: BillingState, order: Checkout): MoneyBack {
  const invoice = objectsOf(state, 'invoice').find((it) => it.id === order.invoiceId);
  return moneyBack(state, {
    invoiceId: order.invoiceId,
    paymentIds: [...(order.paymentId === null ? [] : [order.paymentId]), ...(invoice?.paymentIds ?? [])],
    chargeIds: invoice?.chargeIds ?? [],
    paidCents: order.amountTotalCents ?? invoice?.amountPaidCents ?? 0,
  });
}

/**
 * The payment that a subscription's present period rests on: of what is paid, the newest that began a period. A proration
 * given back takes no period away.
 */
export function periodPayment(state: BillingState, subscription: Subscription): Invoice | null {
  const paid = paidInvoices(state, subscription).filter((it) => it.amountPaidCents > 0);
  const periods = paid.filter((it) => beganPeriod(it, subscription));
  return (periods.length > 0 ? periods : paid).sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())[0] ?? null;
}

/** A change is paid for in the middle of a period, unless it starts a new one there and then, as from month to year. */
function beganPeriod({ billingReason, createdAt }: Invoice, { items }: Subscription): boolean {
  if (billingReason !== 'subscription_update') return true;
  const starts = items.map((item) => item.currentPeriodStart?.getTime() ?? Number.NaN);
  return starts.some((start) => Math.abs(createdAt.getTime() - start) <= SAME_MOMENT_MS);
}

export function paidInvoices(state: BillingState, { id }: Subscription): Invoice[] {
  return objectsOf(state, 'invoice').filter((it) => it.subscriptionId === id && it.status === 'paid');
}

/** A refund names a charge or a payment; which invoice that paid is told by the invoice, the payment or the charge. */
function moneyBack(state: BillingState, paid: Paid): MoneyBack {
  const { invoiceId } = paid;
  const isOfInvoice = (it: { invoiceId: string | null }) => invoiceId !== null && it.invoiceId === invoiceId;
  const paymentIds = new Set([
    ...paid.paymentIds,
    ...objectsOf(state, 'payment').flatMap((it) => (isOfInvoice(it) ? it.id : [])),
  ]);
  const charges = objectsOf(state, 'charge').filter(
    (it) => paid.chargeIds.includes(it.id) || has(paymentIds, it.paymentId) || isOfInvoice(it),
  );
  const chargeIds = new Set([...paid.chargeIds, ...charges.map((it) => it.id)]);
  const isOfThese = (it: { chargeId: string | null; paymentId: string | null }) =>
    has(chargeIds, it.chargeId) || has(paymentIds, it.paymentId);

  const refunds = objectsOf(state, 'refund').filter((it) => it.status === 'succeeded' && isOfThese(it));
  // The charge knows the sum, the refunds know the parts; either may be told first.
  const refundedCents = Math.max(
    charges.reduce((sum, it) => sum + it.refundedCents, 0),
    refunds.reduce((sum, it) => sum + it.amountCents, 0),
  );
  return {
    refundedCents,
    isWhole: paid.paidCents > 0 && refundedCents >= paid.paidCents,
    disputes: objectsOf(state, 'dispute').filter(isOfThese),
  };
}

function has(ids: ReadonlySet<string>, id: string | null): boolean {
  return id !== null && ids.has(id);
}
