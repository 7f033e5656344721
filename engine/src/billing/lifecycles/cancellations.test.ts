import { describe, expect, test } from 'vitest';
import {
  aCheckoutSession,
  aCustomer,
  anInvoice,
  aPlan,
  aPolicy,
  aSubscription,
  BOUGHT_AT,
  RENEWS_AT,
} from '../../testing/index.ts';
import { aLife, onDay } from '../../testing/life.ts';

const policy = aPolicy({ plans: [aPlan('team')] });
const renewsOn = new Date(RENEWS_AT * 1_000);

function aSubscriber({ key = false } = {}) {
  const life = aLife({ policy, key });
  life.told(
    onDay(0),
    ['customer.created', aCustomer()],
    ['invoice.paid', anInvoice()],
    ['customer.subscription.created', aSubscription()],
    ['checkout.session.completed', aCheckoutSession()],
  );
  return life;
}

const scheduled = { cancel_at_period_end: true, cancel_at: RENEWS_AT, canceled_at: BOUGHT_AT + 5 * 86_400 };
const canceled = aSubscription({ ...scheduled, status: 'canceled', ended_at: RENEWS_AT });

describe('at the end of the period', () => {
  test.each([
    ['both', scheduled],
    ['the flag alone, as older cancellations', { ...scheduled, cancel_at: null }],
    ['the date alone, as newer ones', { ...scheduled, cancel_at_period_end: false }],
  ])('AC5: a scheduled cancellation takes nothing away before its date, and says the date, told by %s', (_, fields) => {
    const life = aSubscriber();
    const step = life.told(onDay(5), ['customer.subscription.updated', aSubscription(fields)]);
    expect(step).toMatchObject({ billing: 'canceling', allow: true, why: 'canceling', plan: 'team' });
    expect(life.access.reason).toMatchObject({ endsAt: renewsOn.toISOString() });
    expect(life.access.until).toEqual(renewsOn);
  });

  test('EF14: while it stays scheduled, no update says anything again', () => {
    const life = aSubscriber();
    const updates = [0, 1, 2].map((note) =>
      life.told(onDay(5 + note), [
        'customer.subscription.updated',
        aSubscription({ ...scheduled, metadata: { note: String(note) } }),
      ]),
    );
    expect(updates.flatMap((step) => step.says)).toEqual([]);
  });

  test('BS14: undone, it renews as if nothing had been', () => {
    const life = aSubscriber();
    life.told(onDay(5), ['customer.subscription.updated', aSubscription(scheduled)]);
    const undone = life.told(onDay(6), ['customer.subscription.updated', aSubscription()]);
    expect(undone).toMatchObject({ billing: 'active', why: 'active', says: [] });
    expect(life.access.until).toBeNull();
    expect(life.state.episodes).toMatchObject({ 'cancel_scheduled:sub_1': 1, 'cancel_withdrawn:sub_1': 1 });
  });

  test('AC5: at its date access ends, and is told once', () => {
    const life = aSubscriber();
    life.told(onDay(5), ['customer.subscription.updated', aSubscription(scheduled)]);
    expect(life.told(renewsOn, ['customer.subscription.deleted', canceled])).toMatchObject({
      billing: 'canceled',
      allow: false,
      why: 'ended',
      says: ['access_ended:sub_1:1@chat', 'access_ended:sub_1:1@email'],
    });
    expect(life.told(onDay(31), ['customer.subscription.updated', aSubscription()])).toMatchObject({
      allow: false,
      says: [],
    });
  });
});

test('BS8: an immediate cancellation ends access at once; what is said of it waits for Stripe', () => {
  const life = aSubscriber({ key: true });
  const now = aSubscription({ status: 'canceled', canceled_at: BOUGHT_AT + 60, ended_at: BOUGHT_AT + 60 });
  const step = life.told(onDay(1), ['customer.subscription.deleted', now]);
  expect(step).toMatchObject({ allow: false, billing: 'canceled', says: [] });
  expect(step.holds).toEqual(['access_ended:sub_1:1@chat', 'access_ended:sub_1:1@email']);
  const read = life.read(onDay(1, 5), ['customer', aCustomer()], ['subscription', now], ['invoice', anInvoice()]);
  expect(read.says).toEqual(['access_ended:sub_1:1@chat', 'access_ended:sub_1:1@email']);
});

describe('a past due subscription that is also canceled', () => {
  const fields = { ...scheduled, status: 'past_due', cancel_at: BOUGHT_AT + 3 * 86_400 };

  test('AC3: reads as past due first, for that is what can be mended', () => {
    const life = aSubscriber();
    const step = life.told(onDay(1), ['customer.subscription.updated', aSubscription(fields)]);
    expect(step).toMatchObject({ billing: 'past_due', why: 'past_due', allow: true });
  });

  test('AC5: ends at its date, though grace would last longer', () => {
    const life = aSubscriber();
    life.told(onDay(1), ['customer.subscription.updated', aSubscription(fields)]);
    expect(life.access.until).toEqual(onDay(3));
    expect(life.passes(onDay(3))).toMatchObject({ allow: false, why: 'ended' });
  });
});

test('BS4: a customer deleted at Stripe stays so; what they had bought ends with its subscriptions', () => {
  const life = aSubscriber();
  const gone = aSubscription({ status: 'canceled', ended_at: BOUGHT_AT + 86_400 });
  const step = life.told(
    onDay(1),
    ['customer.subscription.deleted', gone],
    ['customer.deleted', aCustomer({ deleted: true })],
  );
  expect(step).toMatchObject({ billing: 'canceled', allow: false });
  expect(life.told(onDay(2), ['customer.updated', aCustomer()])).toMatchObject({ allow: false, says: [] });
  expect(life.state.objects.cus_1).toMatchObject({ deleted: true });
});

test('AC2: of several subscriptions, one that ends takes nothing from the other, in either order of buying', () => {
  const life = aSubscriber();
  const second = { id: 'sub_2', created: BOUGHT_AT + 60, latest_invoice: 'in_2' };
  life.told(
    onDay(0, 60),
    ['customer.subscription.created', aSubscription(second)],
    ['invoice.paid', anInvoice({ id: 'in_2', subscriptionId: 'sub_2' })],
  );
  const over = { status: 'canceled', ended_at: BOUGHT_AT + 86_400 };
  const step = life.told(onDay(1), ['customer.subscription.deleted', aSubscription({ ...second, ...over })]);
  expect(step).toMatchObject({ billing: 'active', allow: true, plan: 'team', says: [] });
  expect(life.told(onDay(2), ['customer.subscription.deleted', aSubscription(over)])).toMatchObject({ allow: false });
});
