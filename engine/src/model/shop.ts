import { aCheckoutSession, type StripeObject } from '../testing/stripe-objects.ts';
import type { Step } from './commands.ts';
import { attempt, failed, openInvoice, succeed } from './payments.ts';
import { closeDispute, failRefund, openDispute, refund, warnOfFraud } from './reversals.ts';
import { aBuyer, type Deal, itemsOf, PERIOD, priceOf, subscriptionTo, type World } from './world.ts';

/** The small Stripe at work: one step of a life into changed objects, true events, and facts that deserve words. */

const DAY = 86_400;

export function open(world: World): void {
  world.make('customer', aBuyer(world), 'customer.created');
}

export function live(world: World, step: Exclude<Step, { do: 'wait' }>): void {
  world.second += step.pause;
  if (world.gone.has(world.customerId)) return;
  const among = (deals: Deal[]) => deals.at(-1 - (step.which % Math.max(deals.length, 1)));
  const one = (...standings: Deal['standing'][]) =>
    among(world.deals.filter((it) => it.what === 'subscription' && standings.includes(it.standing)));

  switch (step.do) {
    case 'buy':
      buy(world, step.plan, step.by);
      break;
    case 'try':
      startTrial(world, step.plan, step.days, step.hasCard);
      break;
    case 'order':
      order(world, step.by);
      break;
    case 'settle':
      settle(world, among(world.deals.filter((it) => it.waits)), step.ends);
      break;
    case 'renew': {
      const deal = among(world.deals.filter((it) => it.standing === 'active' && isPlain(it)));
      if (deal) renew(world, deal, step.by);
      break;
    }
    case 'retry':
      retry(world, one('incomplete', 'past_due', 'unpaid'), step.ends);
      break;
    case 'give up':
      giveUp(world, one('past_due'), step.to);
      break;
    case 'change plan':
      changePlan(world, among(world.deals.filter((it) => canChange(it))));
      break;
    case 'cancel at period end': {
      const deal = one('active', 'trialing', 'past_due');
      if (deal && deal.cancelAt === null && !deal.waits) schedule(world, deal, periodEndOf(world, deal));
      break;
    }
    case 'undo cancel': {
      const deal = among(world.deals.filter((it) => it.cancelAt !== null && isRunning(it)));
      if (deal) schedule(world, deal, null);
      break;
    }
    case 'cancel now':
      end(world, one('incomplete', 'trialing', 'active', 'past_due', 'unpaid', 'paused'));
      break;
    case 'pause':
      pause(world, one('active'));
      break;
    case 'resume':
      resume(world, among(world.deals.filter((it) => it.collectionPaused || it.standing === 'paused')));
      break;
    case 'end trial':
      endTrial(world, one('trialing'));
      break;
    case 'refund':
      refund(world, step.part, step.which);
      break;
    case 'refund fails':
      failRefund(world, step.which);
      break;
    case 'dispute':
      openDispute(world, step.as, step.which);
      break;
    case 'close dispute':
      closeDispute(world, step.outcome, step.which);
      break;
    case 'warn of fraud':
      warnOfFraud(world, step.which);
      break;
    case 'attach card':
      attachCard(world);
      break;
    case 'detach card':
      detachCard(world);
      break;
    case 'change e-mail':
      world.change(
        world.customerId,
        { email: `${world.customerId}.${world.told.length}@example.com` },
        'customer.updated',
      );
      break;
    case 'delete customer':
      deleteCustomer(world);
      break;
    default:
      step satisfies never;
  }
}

const isRunning = (deal: Deal) => deal.standing !== 'ended' && deal.standing !== 'never';
const isPlain = (deal: Deal) => deal.cancelAt === null && !deal.collectionPaused && !deal.waits;
const canChange = (deal: Deal) =>
  deal.what === 'subscription' && (deal.standing === 'active' || deal.standing === 'trialing') && isPlain(deal);

function aDeal(change: Partial<Deal> & Pick<Deal, 'id' | 'what' | 'plan' | 'standing'>): Deal {
  return {
    waits: false,
    checkoutId: null,
    invoiceId: null,
    pastDueSince: null,
    trialEnd: null,
    cancelAt: null,
    collectionPaused: false,
    paid: [],
    ...change,
  };
}

type Way = Extract<Step, { do: 'buy' }>['by'];

function buy(world: World, plan: string, by: Way): void {
  const id = world.newId('sub');
  const isDebit = by === 'bank debit';
  const deal = aDeal({ id, what: 'subscription', plan, standing: isDebit ? 'active' : 'incomplete' });
  world.deals.push(deal);
  const status = isDebit ? 'active' : 'incomplete';
  const invoiceId = world.newId('in');
  world.make(
    'subscription',
    subscriptionTo(world, id, plan, { status, latest_invoice: invoiceId }),
    'customer.subscription.created',
  );
  openInvoice(world, deal, {
    id: invoiceId,
    cents: by === 'coupon' ? 0 : priceOf(plan),
    reason: 'subscription_create',
  });

  if (by === 'declined card' || by === 'card to confirm') {
    attempt(world, deal, by === 'declined card' ? 'declined' : 'to confirm');
    return;
  }
  if (isDebit) {
    deal.waits = true;
    attempt(world, deal, 'processing');
    completeCheckout(world, deal, 'unpaid');
    return;
  }
  succeed(world, deal);
  deal.standing = 'active';
  world.change(id, { status: 'active' }, 'customer.subscription.updated');
  completeCheckout(world, deal, by === 'coupon' ? 'no_payment_required' : 'paid');
  notePurchase(world, deal);
}

function startTrial(world: World, plan: string, days: number, hasCard: boolean): void {
  const id = world.newId('sub');
  const trialEnd = world.second + days * DAY;
  const deal = aDeal({ id, what: 'subscription', plan, standing: 'trialing', trialEnd });
  world.deals.push(deal);
  const invoiceId = world.newId('in');
  const trial = {
    status: 'trialing',
    latest_invoice: invoiceId,
    trial_end: trialEnd,
    default_payment_method: hasCard ? 'pm_1' : null,
  };
  const raw = subscriptionTo(world, id, plan, trial);
  world.make('subscription', { ...raw, items: itemsOf(raw, plan, trialEnd) }, 'customer.subscription.created');
  openInvoice(world, deal, { id: invoiceId, cents: 0, reason: 'subscription_create' });
  succeed(world, deal);
  completeCheckout(world, deal, 'no_payment_required');
  notePurchase(world, deal);
  const isInWindow = () => trialEnd > world.second && trialEnd - 3 * DAY <= world.second;
  world.note(
    `the trial of ${id} ends`,
    [`trial_ending:${id}@email`],
    () => deal.standing === 'trialing' && deal.cancelAt === null && isInWindow(),
    { isBestEffort: true },
  );
}

function completeCheckout(world: World, deal: Deal, paymentStatus: string): void {
  deal.checkoutId = world.newId('cs');
  const session = aCheckoutSession({
    id: deal.checkoutId,
    created: world.second,
    customer: world.customerId,
    invoice: deal.invoiceId,
    payment_status: paymentStatus,
    subscription: deal.id,
    amount_total: paymentStatus === 'no_payment_required' ? 0 : priceOf(deal.plan),
  });
  world.make('checkout', session, 'checkout.session.completed');
}

/** Bought once and for good: an order has no invoice, and its session says what it is for. */
function order(world: World, by: 'card' | 'bank debit'): void {
  const id = world.newId('cs');
  const deal = aDeal({ id, what: 'order', plan: 'forever', standing: by === 'card' ? 'bought' : 'incomplete' });
  deal.checkoutId = id;
  world.deals.push(deal);
  const session = aCheckoutSession({
    id,
    amount_total: priceOf('forever'),
    created: world.second,
    customer: world.customerId,
    invoice: null,
    metadata: { onpaid_plan: 'forever' },
    mode: 'payment',
    subscription: null,
  });
  world.make('checkout', session);
  if (by === 'card') succeed(world, deal);
  else attempt(world, deal, 'processing');
  deal.waits = by === 'bank debit';
  const payment_intent = deal.paid[0]?.paymentId ?? world.paymentOf.get(id);
  world.change(id, { payment_status: by === 'card' ? 'paid' : 'unpaid', payment_intent }, 'checkout.session.completed');
  if (by === 'card') notePurchase(world, deal);
}

function settle(world: World, deal: Deal | undefined, ends: 'arrives' | 'bounces'): void {
  if (deal === undefined || deal.checkoutId === null) return;
  deal.waits = false;
  if (ends === 'arrives') {
    succeed(world, deal);
    world.change(deal.checkoutId, { payment_status: 'paid' }, 'checkout.session.async_payment_succeeded');
    if (deal.what === 'order') deal.standing = 'bought';
    notePurchase(world, deal);
    return;
  }
  failed(world, deal);
  world.tellOf(deal.checkoutId, 'checkout.session.async_payment_failed');
  if (deal.what === 'subscription') {
    becomePastDue(world, deal);
    return;
  }
  deal.standing = 'failed';
  world.note(`order ${deal.id} came to nothing`, [`order_failed:${deal.id}@email`], () => true, {
    unlisted: [deal.id],
  });
}

function renew(world: World, deal: Deal, by: 'card' | 'declined card' | 'card to confirm'): void {
  const raw = world.raw(deal.id);
  const invoiceId = world.newId('in');
  openInvoice(world, deal, { id: invoiceId, cents: priceOf(deal.plan), reason: 'subscription_cycle' });
  const items = itemsOf(raw, deal.plan, periodEndOf(world, deal) + PERIOD);
  if (by === 'card') {
    world.change(deal.id, { items, latest_invoice: invoiceId }, 'customer.subscription.updated');
    succeed(world, deal);
    return;
  }
  attempt(world, deal, by === 'declined card' ? 'declined' : 'to confirm');
  becomePastDue(world, deal, { items, latest_invoice: invoiceId });
}

function becomePastDue(world: World, deal: Deal, change: Record<string, unknown> = {}): void {
  deal.standing = 'past_due';
  world.change(deal.id, { status: 'past_due', ...change }, 'customer.subscription.updated');
  deal.pastDueSince = world.second;
}

function retry(world: World, deal: Deal | undefined, ends: 'paid' | 'declined' | 'to confirm'): void {
  if (deal === undefined) return;
  if (ends !== 'paid') {
    attempt(world, deal, ends);
    return;
  }
  const isFirst = deal.standing === 'incomplete' || deal.paid.length === 0;
  succeed(world, deal);
  deal.standing = 'active';
  deal.pastDueSince = null;
  world.change(deal.id, { status: 'active' }, 'customer.subscription.updated');
  if (isFirst) notePurchase(world, deal);
}

function giveUp(world: World, deal: Deal | undefined, to: 'unpaid' | 'canceled'): void {
  if (deal === undefined) return;
  if (to === 'canceled') {
    end(world, deal);
    return;
  }
  deal.standing = 'unpaid';
  deal.pastDueSince = null;
  world.change(deal.id, { status: 'unpaid' }, 'customer.subscription.updated');
}

function changePlan(world: World, deal: Deal | undefined): void {
  if (deal === undefined) return;
  deal.plan = deal.plan === 'team' ? 'starter' : 'team';
  const items = itemsOf(world.raw(deal.id), deal.plan, periodEndOf(world, deal));
  world.change(deal.id, { items }, 'customer.subscription.updated');
  if (deal.standing !== 'active') return;
  const { invoiceId } = deal;
  openInvoice(world, deal, { id: world.newId('in'), cents: 1000, reason: 'subscription_update' });
  succeed(world, deal);
  deal.invoiceId = invoiceId;
}

function schedule(world: World, deal: Deal, at: number | null): void {
  deal.cancelAt = at;
  const change = { cancel_at: at, cancel_at_period_end: at !== null, canceled_at: at === null ? null : world.second };
  world.change(deal.id, change, 'customer.subscription.updated');
}

function end(world: World, deal: Deal | undefined): void {
  if (deal === undefined) return;
  if (deal.standing === 'incomplete') {
    deal.standing = 'never';
    if (deal.invoiceId !== null) world.change(deal.invoiceId, { status: 'void' }, 'invoice.voided');
    world.change(deal.id, { status: 'incomplete_expired' }, 'customer.subscription.updated');
    return;
  }
  deal.standing = 'ended';
  deal.pastDueSince = null;
  deal.waits = false;
  const canceled = { status: 'canceled', canceled_at: world.second, ended_at: world.second };
  world.change(deal.id, canceled, 'customer.subscription.deleted');
}

function pause(world: World, deal: Deal | undefined): void {
  if (deal === undefined || deal.collectionPaused || deal.waits) return;
  deal.collectionPaused = true;
  const pause_collection = { behavior: 'void', resumes_at: null };
  world.change(deal.id, { pause_collection }, 'customer.subscription.updated');
}

function resume(world: World, deal: Deal | undefined): void {
  if (deal === undefined || !isRunning(deal)) return;
  if (deal.collectionPaused) {
    deal.collectionPaused = false;
    world.change(deal.id, { pause_collection: null }, 'customer.subscription.updated');
    return;
  }
  beginPeriod(world, deal, 'customer.subscription.resumed');
}

function endTrial(world: World, deal: Deal | undefined): void {
  if (deal === undefined) return;
  const hasCard = world.raw(deal.id).default_payment_method !== null;
  deal.trialEnd = Math.min(deal.trialEnd ?? world.second, world.second);
  if (hasCard) {
    beginPeriod(world, deal, 'customer.subscription.updated');
    return;
  }
  deal.standing = 'paused';
  world.change(deal.id, { status: 'paused', trial_end: deal.trialEnd }, 'customer.subscription.paused');
}

/** The first period that is paid for, after a trial or a pause that followed one. */
function beginPeriod(world: World, deal: Deal, type: string): void {
  const invoiceId = world.newId('in');
  openInvoice(world, deal, { id: invoiceId, cents: priceOf(deal.plan), reason: 'subscription_cycle' });
  succeed(world, deal);
  deal.standing = 'active';
  const items = itemsOf(world.raw(deal.id), deal.plan, world.second + PERIOD);
  const change = { items, latest_invoice: invoiceId, status: 'active', trial_end: deal.trialEnd };
  world.change(deal.id, change, type);
}

function attachCard(world: World): void {
  const card = { brand: 'visa', last4: '4242', exp_month: 4, exp_year: 2031 };
  const id = world.newId('pm');
  const method = {
    id,
    object: 'payment_method',
    type: 'card',
    card,
    created: world.second,
    customer: world.customerId,
  };
  world.make('payment_method', method, 'payment_method.attached');
}

function detachCard(world: World): void {
  const cards = [...world.objects.values()].filter((it) => it.kind === 'payment_method');
  const last = cards.at(-1);
  if (last) world.remove(last.raw.id, 'payment_method.detached', { customer: world.customerId });
}

function deleteCustomer(world: World): void {
  for (const deal of world.deals) if (deal.what === 'subscription' && isRunning(deal)) end(world, deal);
  world.remove(world.customerId, 'customer.deleted');
}

/** Time passes, and what is due by then happens in its own second. */
export function waitUntil(world: World, until: number): void {
  for (;;) {
    const due = world.deals.filter(isRunning).flatMap((deal) => {
      const moments = [deal.cancelAt, deal.standing === 'trialing' ? deal.trialEnd : null].filter((it) => it !== null);
      return moments.length > 0 ? [{ deal, at: Math.min(...moments) }] : [];
    });
    const next = due.sort((a, b) => a.at - b.at)[0];
    if (next === undefined || next.at > until) break;
    world.second = Math.max(world.second, next.at);
    if (next.deal.cancelAt !== null && next.deal.cancelAt <= next.at) end(world, next.deal);
    else endTrial(world, next.deal);
  }
  world.second = Math.max(world.second, until);
}

function notePurchase(world: World, deal: Deal): void {
  const isOrder = deal.what === 'order';
  const runs = () => isOrder || ['active', 'trialing', 'past_due'].includes(deal.standing);
  const effects = [`welcome:${deal.id}@email`, `sale:${deal.id}@chat`];
  world.note(
    `${deal.id} is bought`,
    effects,
    runs,
    isOrder ? { unlisted: [deal.id], since: Number(world.raw(deal.id).created) } : {},
  );
}

function periodEndOf(world: World, deal: Deal): number {
  const items = (world.raw(deal.id).items as { data: StripeObject[] }).data;
  return Number(items[0]?.current_period_end ?? world.second);
}
