import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  aCheckoutSession,
  aCustomer,
  anInvoice,
  anUnpaidInvoice,
  aSubscription,
  BOUGHT_AT,
  type StripeObject,
} from '../testing/index.ts';
import { handledTypes, type ProjectableEvent, readEvent } from './event-types.ts';
import { applySnapshot, project } from './project.ts';
import { type BillingState, emptyState, type Invoice, type Subscription } from './state.ts';
import { understand } from './stripe-shapes.ts';

let count = 0;
function told(
  type: string,
  object: StripeObject,
  second: number,
  previous?: Record<string, unknown>,
): ProjectableEvent {
  count += 1;
  const body = { data: { object, ...(previous && { previous_attributes: previous }) } };
  const read = readEvent({ id: `evt_${count}`, type, occurredAt: at(second), body });
  if (!read.ok || read.event === null) throw new Error(`${type} was not understood`);
  return read.event;
}

const at = (second: number) => new Date((BOUGHT_AT + second) * 1_000);
const play = (events: ProjectableEvent[], from: BillingState = emptyState('cus_1')) =>
  events.reduce((state, event) => project(state, event).state, from);
const subscriptionIn = (state: BillingState) => state.objects.sub_1?.value as Subscription;
const invoiceIn = (state: BillingState) => state.objects.in_1?.value as Invoice;

describe('within one second', () => {
  const monthly = aSubscription({ lookupKey: 'starter_monthly' });
  const yearly = aSubscription({ lookupKey: 'team_yearly' });

  test('BS3: an update applies when what it says was there before is what we hold', () => {
    const start = told('customer.subscription.updated', monthly, 0);
    const change = told('customer.subscription.updated', yearly, 0, { items: monthly.items });
    expect(project(play([start]), change).outcome).toBe('applied');
    expect(project(play([change]), start).outcome).toBe('stale');
  });

  test('an update that follows something else leaves what we hold, for the read to settle', () => {
    const start = told('customer.subscription.updated', monthly, 0);
    const other = told('customer.subscription.updated', yearly, 0, { cancel_at_period_end: true });
    expect(project(play([start]), other).outcome).toBe('stale');
  });

  test('a bank debit that is processing and bounces has bounced', () => {
    const payment = { id: 'pi_1', object: 'payment_intent', amount: 4900, created: BOUGHT_AT, currency: 'usd' };
    const processing = told('payment_intent.processing', { ...payment, status: 'processing' }, 0);
    const bounced = { ...payment, status: 'requires_payment_method' };
    const failed = told('payment_intent.payment_failed', bounced, 0, { status: 'processing' });
    expect(play([processing, failed]).objects.pi_1?.value).toMatchObject({ status: 'requires_payment_method' });
  });

  test('a paid invoice stays paid whatever arrives after it', () => {
    const paid = told('invoice.paid', anInvoice(), 0);
    const failed = told('invoice.payment_failed', anUnpaidInvoice(), 0);
    expect(invoiceIn(play([paid, failed])).status).toBe('paid');
    expect(play([paid, failed])).toEqual(play([failed, paid]));
  });
});

test('a void invoice is never paid again, except by a verified read', () => {
  const voided = told('invoice.paid', anInvoice({ status: 'void' }), 0);
  const paid = told('invoice.paid', anInvoice(), 10);
  expect(invoiceIn(play([voided, paid])).status).toBe('void');
});

test('BS4: a verified read overrides terminal states and tombstones, and lays down what Stripe no longer has', () => {
  const canceled = play([
    told('customer.subscription.deleted', aSubscription({ status: 'canceled' }), 0),
    told('customer.updated', aCustomer(), 0),
  ]);
  const active = understand('subscription', aSubscription());
  if (!active.ok) throw new Error(active.reason);
  const read = {
    subjectId: 'cus_1',
    ownerId: null,
    readAt: new Date(at(5).getTime() + 400),
    objects: [active.object],
    gone: ['cus_1'],
  };
  const state = applySnapshot(canceled, read);
  expect(state.objects.sub_1).toMatchObject({
    confidence: 'verified',
    value: { status: 'active' },
    stamp: { occurredAt: at(5) },
  });
  expect(state.objects.cus_1).toMatchObject({ confidence: 'verified', deleted: true });
  const before = told('customer.subscription.updated', aSubscription({ status: 'past_due' }), 4);
  expect(project(state, before).outcome).toBe('stale');
});

describe('whatever the order', () => {
  const life = [
    told('customer.created', aCustomer({ email: null }), 0),
    told('customer.subscription.created', aSubscription({ status: 'incomplete' }), 1),
    told('invoice.paid', anInvoice(), 2),
    told('customer.subscription.updated', aSubscription(), 3, { status: 'incomplete' }),
    told('checkout.session.completed', aCheckoutSession(), 4),
    told('customer.updated', aCustomer(), 5),
    told('customer.subscription.updated', aSubscription({ status: 'past_due' }), 60, { status: 'active' }),
    told('invoice.payment_failed', anUnpaidInvoice({ id: 'in_2' }), 61),
    told('invoice.payment_failed', anUnpaidInvoice({ id: 'in_2', attempt_count: 2 }), 70),
    told('customer.subscription.updated', aSubscription({ status: 'past_due', metadata: { seen: 'yes' } }), 71),
    told('invoice.paid', anInvoice({ id: 'in_2', attempt_count: 3 }), 80),
    told('customer.subscription.updated', aSubscription(), 81, { status: 'past_due' }),
    told('customer.subscription.updated', aSubscription({ status: 'past_due' }), 90, { status: 'active' }),
    told('customer.subscription.updated', aSubscription({ status: 'past_due', latest_invoice: 'in_3' }), 95),
    told('customer.subscription.deleted', aSubscription({ status: 'canceled' }), 99),
  ];
  const prefixes = fc.integer({ min: 1, max: life.length }).map((length) => life.slice(0, length));
  const shuffled = (events: ProjectableEvent[]) =>
    fc
      .array(fc.constantFrom(...events), { maxLength: 10 })
      .chain((again) => fc.shuffledSubarray([...events, ...again], { minLength: events.length + again.length }));

  test('BS1: any order of a life, with any repeats, ends in the same state', () => {
    fc.assert(
      fc.property(
        prefixes.chain((events) => fc.tuple(fc.constant(events), shuffled(events))),
        ([events, delivered]) => {
          expect(play(delivered)).toEqual(play(events));
        },
      ),
      { numRuns: 500 },
    );
  });

  test('a repeat changes nothing', () => {
    fc.assert(
      fc.property(prefixes.chain(shuffled), fc.nat(), (delivered, pick) => {
        const state = play(delivered);
        const repeat = delivered[pick % delivered.length]!;
        expect(project(state, repeat)).toEqual({ state, outcome: expect.stringMatching(/stale|unchanged/) });
      }),
    );
  });

  test('BS2: an older event never overrides a newer state', () => {
    fc.assert(
      fc.property(fc.constantFrom(...life), fc.constantFrom(...life), (a, b) => {
        fc.pre(a.object.id === b.object.id && a.stamp.occurredAt < b.stamp.occurredAt);
        const after = project(play([b]), a);
        expect(after.outcome).toBe('stale');
        expect(after.state.objects[b.object.id]?.stamp).toEqual(b.stamp);
      }),
    );
  });

  test('grace is counted from the first second of the present spell', () => {
    expect(subscriptionIn(play(life.slice(0, 14).toReversed())).pastDueSince).toEqual(at(90));
  });
});

describe('shapes of older API versions', () => {
  test('the period is read from the items, or from the subscription that carried it until 2025', () => {
    const now = aSubscription();
    const items = now.items as { data: Record<string, unknown>[] };
    const { current_period_end: end, current_period_start: start, ...item } = items.data[0]!;
    const old = { ...now, items: { data: [item] }, current_period_end: end, current_period_start: start };
    expect(understand('subscription', old)).toEqual(understand('subscription', now));
  });

  test('an invoice names its subscription itself, or under its parent', () => {
    const now = anInvoice();
    const { parent: _, ...old } = now;
    expect(understand('invoice', { ...old, subscription: 'sub_1' })).toEqual(understand('invoice', now));
  });

  test('an item of before prices is read by its plan', () => {
    const now = aSubscription();
    const items = now.items as { data: Record<string, unknown>[] };
    const { price: _, ...item } = items.data[0]!;
    const plan = {
      id: 'team',
      product: 'prod_team',
      amount: 4900,
      currency: 'usd',
      interval: 'month',
      interval_count: 1,
    };
    const read = understand('subscription', { ...now, items: { data: [{ ...item, plan }] } });
    expect(read).toMatchObject({
      ok: true,
      object: { items: [{ priceId: 'team', unitAmount: 4900, interval: 'month' }] },
    });
  });

  test('a cancellation that sets only cancel_at, and one that sets only the flag, both say when', () => {
    const flag = understand('subscription', aSubscription({ cancel_at_period_end: true }));
    const date = understand('subscription', aSubscription({ cancel_at: BOUGHT_AT + 5 }));
    expect(flag).toMatchObject({
      object: { cancelAt: (flag as { object: Subscription }).object.items[0]?.currentPeriodEnd },
    });
    expect(date).toMatchObject({ object: { cancelAt: at(5) } });
  });

  test('what is not understood is named by its field, never by what it held', () => {
    const read = understand('subscription', aSubscription({ items: { data: [{ id: 'si_1', price: 'secret' }] } }));
    expect(read.ok).toBe(false);
    expect(JSON.stringify(read)).not.toContain('secret');
  });
});

test('the types acted on are those of this release', () => {
  expect([...handledTypes].sort()).toMatchInlineSnapshot(`
    [
      "charge.dispute.closed",
      "charge.dispute.created",
      "charge.dispute.funds_reinstated",
      "charge.dispute.funds_withdrawn",
      "charge.dispute.updated",
      "charge.refund.updated",
      "charge.refunded",
      "checkout.session.async_payment_failed",
      "checkout.session.async_payment_succeeded",
      "checkout.session.completed",
      "checkout.session.expired",
      "customer.created",
      "customer.deleted",
      "customer.subscription.created",
      "customer.subscription.deleted",
      "customer.subscription.paused",
      "customer.subscription.pending_update_applied",
      "customer.subscription.pending_update_expired",
      "customer.subscription.resumed",
      "customer.subscription.trial_will_end",
      "customer.subscription.updated",
      "customer.updated",
      "entitlements.active_entitlement_summary.updated",
      "invoice.created",
      "invoice.finalized",
      "invoice.marked_uncollectible",
      "invoice.paid",
      "invoice.payment_action_required",
      "invoice.payment_failed",
      "invoice.payment_succeeded",
      "invoice.upcoming",
      "invoice.updated",
      "invoice.voided",
      "payment_intent.canceled",
      "payment_intent.payment_failed",
      "payment_intent.processing",
      "payment_intent.succeeded",
      "payment_method.attached",
      "payment_method.automatically_updated",
      "payment_method.detached",
      "payment_method.updated",
      "price.created",
      "price.deleted",
      "price.updated",
      "product.created",
      "product.deleted",
      "product.updated",
      "radar.early_fraud_warning.created",
      "radar.early_fraud_warning.updated",
      "refund.created",
      "refund.failed",
      "refund.updated",
    ]
  `);
});
