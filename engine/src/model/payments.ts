import { type Deal, invoiceFor, type Money, type World } from './world.ts';

/** Invoices and the payments that are tried for them. */

interface NewInvoice {
  id: string;
  cents: number;
  reason: 'subscription_create' | 'subscription_cycle' | 'subscription_update';
}

/** Finalised and open: what it comes to is told by what follows. */
export function openInvoice(world: World, deal: Deal, { id, cents, reason }: NewInvoice): void {
  deal.invoiceId = id;
  // No two periods begin within one second.
  const isTaken = [...world.objects.values()].some((it) => it.kind === 'invoice' && it.raw.created === world.second);
  if (isTaken) world.second += 1;
  const amounts = { amount_due: cents, amount_paid: 0, amount_remaining: cents, total: cents };
  const status = { attempt_count: 0, attempted: false, billing_reason: reason, status: 'open' };
  world.make(
    'invoice',
    invoiceFor(world, id, deal.id, { amountCents: cents, ...amounts, ...status }),
    'invoice.finalized',
  );
}

const subjectOfPayment = (deal: Deal) => (deal.what === 'order' ? deal.id : (deal.invoiceId ?? deal.id));

/** The payment of the open invoice or order, made with its first attempt. */
function paymentFor(world: World, deal: Deal): string {
  const known = world.paymentOf.get(subjectOfPayment(deal));
  if (known !== undefined) return known;
  const id = world.newId('pi');
  const about = deal.what === 'order' ? world.raw(deal.id) : world.raw(subjectOfPayment(deal));
  world.paymentOf.set(about.id, id);
  world.make('payment', {
    id,
    object: 'payment_intent',
    amount: Number(deal.what === 'order' ? about.amount_total : about.amount_due),
    created: world.second,
    currency: 'usd',
    customer: world.customerId,
    last_payment_error: null,
    latest_charge: null,
    status: 'requires_payment_method',
  });
  return id;
}

/** The money came: a charge, the payment, the invoice. What costs nothing is paid without any. */
export function succeed(world: World, deal: Deal): void {
  const invoice = deal.what === 'order' || deal.invoiceId === null ? null : world.raw(deal.invoiceId);
  const cents = Number(invoice?.amount_due ?? world.raw(deal.id).amount_total);
  const paid: Money = {
    invoiceId: invoice?.id ?? null,
    paymentId: '',
    chargeId: null,
    cents,
    refundedCents: 0,
    dispute: 'none',
    isProration: invoice?.billing_reason === 'subscription_update',
  };
  if (cents > 0) {
    paid.paymentId = paymentFor(world, deal);
    paid.chargeId = world.newId('ch');
    world.make('charge', {
      id: paid.chargeId,
      object: 'charge',
      amount: cents,
      amount_refunded: 0,
      created: world.second,
      currency: 'usd',
      customer: world.customerId,
      disputed: false,
      paid: true,
      payment_intent: paid.paymentId,
    });
    const done = { last_payment_error: null, latest_charge: paid.chargeId, status: 'succeeded' };
    world.change(paid.paymentId, done, 'payment_intent.succeeded');
  }
  deal.paid.unshift(paid);
  if (invoice === null) return;
  const hadFailed = world.declined.has(invoice.id);
  const attempts = Number(invoice.attempt_count);
  const change = {
    amount_paid: cents,
    amount_remaining: 0,
    attempt_count: Math.max(attempts, cents > 0 ? 1 : 0),
    attempted: true,
    next_payment_attempt: null,
    status: 'paid',
    status_transitions: { ...Object(invoice.status_transitions), paid_at: world.second },
  };
  world.change(invoice.id, change, 'invoice.paid', 'invoice.payment_succeeded');
  // Only who was told of the failure is told of its end, so nobody who looks now can say that it is owed.
  if (hadFailed) world.note(`${invoice.id} is paid at last`, [`payment_recovered:${invoice.id}@helpdesk`], () => false);
}

export function attempt(world: World, deal: Deal, ends: 'declined' | 'to confirm' | 'processing'): void {
  const paymentId = paymentFor(world, deal);
  const isOrder = deal.what === 'order';
  const invoice = isOrder ? null : world.raw(subjectOfPayment(deal));
  const number = Number(invoice?.attempt_count ?? 0) + 1;
  const attempted = { attempt_count: number, attempted: true };
  switch (ends) {
    case 'processing':
      world.change(paymentId, { status: 'processing' }, 'payment_intent.processing');
      if (invoice) world.change(invoice.id, attempted, 'invoice.updated');
      return;
    case 'declined':
      refuse(world, paymentId, invoice?.id ?? null, attempted);
      return;
    case 'to confirm': {
      // Nobody acts on the first of these; Stripe sends it all the same.
      world.change(
        paymentId,
        { last_payment_error: null, status: 'requires_action' },
        'payment_intent.requires_action',
      );
      if (invoice === null) return;
      world.change(invoice.id, attempted, 'invoice.payment_failed', 'invoice.payment_action_required');
      const effects = ['email', 'chat'].map((slot) => `payment_action_required:${invoice.id}:${number}@${slot}`);
      world.note(`the bank asks to confirm attempt ${number} at ${invoice.id}`, effects, () =>
        isLatest(world, invoice.id, number),
      );
      // Stripe calls it a failure too; who was told of nothing else believes that.
      world.note(`attempt ${number} at ${invoice.id} waits`, failureEffects(invoice.id, number), () => false, {
        isBestEffort: true,
      });
      return;
    }
    default:
      ends satisfies never;
  }
}

/** A debit that was on its way has bounced; it was an attempt already. */
export function failed(world: World, deal: Deal): void {
  const invoiceId = deal.what === 'order' ? null : subjectOfPayment(deal);
  refuse(world, paymentFor(world, deal), invoiceId, {});
}

function refuse(world: World, paymentId: string, invoiceId: string | null, change: Record<string, unknown>): void {
  const last_payment_error = { code: 'card_declined', decline_code: 'insufficient_funds' };
  const refused = { last_payment_error, status: 'requires_payment_method' };
  world.change(paymentId, refused, 'payment_intent.payment_failed');
  if (invoiceId === null) return;
  world.change(invoiceId, change, 'invoice.payment_failed');
  const number = Number(world.raw(invoiceId).attempt_count);
  world.declined.add(invoiceId);
  world.note(`attempt ${number} at ${invoiceId} fails`, failureEffects(invoiceId, number), () =>
    isLatest(world, invoiceId, number),
  );
}

/** Of an invoice that is still owed, only the last attempt shows. */
function isLatest(world: World, invoiceId: string, number: number): boolean {
  const { status, attempt_count } = world.raw(invoiceId);
  return status === 'open' && attempt_count === number;
}

function failureEffects(invoiceId: string, number: number): string[] {
  return [
    `payment_failed:${invoiceId}@helpdesk`,
    `payment_failed:${invoiceId}:${number}@email`,
    `payment_failed:${invoiceId}@chat`,
  ];
}
