import { pino } from 'pino';
import { expect, test } from 'vitest';
import { readDelivery } from '../receive/delivery.ts';
import { createWebhookHandler } from '../receive/handler.ts';
import type { Recorder } from '../receive/record.ts';
import {
  aCustomer,
  aPlan,
  aPolicy,
  aStripeEvent,
  aSubscription,
  BOUGHT_AT,
  type SnapshotEvent,
  type StripeObject,
  signEvent,
  TEST_WEBHOOK_SECRET,
} from '../testing/index.ts';
import { noAccess } from './access.ts';
import { entitlementsIdOf } from './catalogue-shapes.ts';
import { type Circumstances, decide } from './decide.ts';
import type { RecordedEvent } from './event-store.ts';
import { handledTypes, readEvent } from './event-types.ts';
import { type BillingState, emptyState } from './state.ts';

/**
 * Five short sequences with which stripe-sync-engine 0.48.5 loses the truth, through the whole of our decision, and without a
 * key, so that no read of Stripe's could put right what the payloads made wrong. `[type, object, second]` in the order of arrival.
 */
type Told = [type: string, object: StripeObject, second: number, previous?: Record<string, unknown>];

const circumstances: Circumstances = {
  policy: aPolicy({ plans: [aPlan('starter'), aPlan('team', { grants: ['app', 'team'] })] }),
  slots: new Set(),
  liveSince: new Date(0),
  now: new Date((BOUGHT_AT + 60) * 1_000),
  baseUrl: 'https://northwind.example',
  canVerify: false,
};

/** Each arrives alone, and is decided on before the next comes. */
function arrive(...told: Told[]) {
  let state: BillingState = emptyState('cus_1');
  let access = noAccess;
  for (const each of told) {
    const decision = decide({ before: state, customer: null, events: [recorded(each)], snapshot: null }, circumstances);
    ({ state, access } = decision);
  }
  return { state, access, objects: state.objects };
}

function eventOf([type, object, second, previous]: Told): SnapshotEvent {
  return aStripeEvent(type, object, { created: BOUGHT_AT + second, ...(previous && { previous }) });
}

function recorded(told: Told): RecordedEvent {
  const body = Buffer.from(JSON.stringify(eventOf(told)));
  const { key, type, subjectId, occurredAt, shape } = readDelivery(body, 'test', circumstances.now);
  return { id: key, type, subjectId: subjectId ?? '', occurredAt, origin: 'webhook', body, shapes: shape };
}

test('BS3: 1: created (incomplete) and updated (active) within one second end active, in either order', () => {
  const created: Told = ['customer.subscription.created', aSubscription({ status: 'incomplete' }), 0];
  const updated: Told = ['customer.subscription.updated', aSubscription(), 0, { status: 'incomplete' }];
  for (const arrived of [arrive(created, updated), arrive(updated, created)]) {
    expect(arrived.objects.sub_1?.value).toMatchObject({ status: 'active' });
    expect(arrived.access).toMatchObject({ allow: true, reason: { code: 'active' } });
  }
});

test('BS5: 2: a stale update does not flip the items back, nor the plan with them', () => {
  const { objects, access } = arrive(
    ['customer.subscription.updated', aSubscription({ lookupKey: 'team_monthly' }), 10],
    ['customer.subscription.updated', aSubscription({ lookupKey: 'starter_monthly' }), 5],
  );
  expect(objects.sub_1?.value).toMatchObject({ items: [{ lookupKey: 'team_monthly' }] });
  expect(access.plans).toEqual(['team']);
});

test('BS5: 3: a stale summary without entitlements takes none away', () => {
  const summary = (...lookupKeys: string[]): StripeObject => ({
    id: 'unused',
    object: 'entitlements.active_entitlement_summary',
    customer: 'cus_1',
    entitlements: { object: 'list', data: lookupKeys.map((lookup_key) => ({ lookup_key })), has_more: false },
    livemode: false,
  });
  const type = 'entitlements.active_entitlement_summary.updated';
  const { objects, access } = arrive(
    ['customer.subscription.created', aSubscription(), 0],
    [type, summary('export', 'archive'), 20],
    [type, summary(), 15],
  );
  expect(objects[entitlementsIdOf('cus_1')]?.value).toMatchObject({ lookupKeys: ['archive', 'export'] });
  expect(access.grants).toEqual(['app', 'archive', 'export', 'team']);
  const emptied = arrive([type, summary('export'), 20], [type, summary(), 25]);
  expect(emptied.objects[entitlementsIdOf('cus_1')]?.value).toMatchObject({ lookupKeys: [] });
});

test('BS4: 4: a product that was deleted is no zombie, whatever comes late or later', () => {
  const product = (name: string): StripeObject => ({
    id: 'prod_team',
    object: 'product',
    active: true,
    created: BOUGHT_AT,
    name,
  });
  const { objects } = arrive(
    ['product.created', product('Team'), 0],
    ['product.deleted', product('Team'), 30],
    ['product.updated', product('Late'), 25],
    ['product.updated', product('Later'), 35],
    ['product.created', product('Team'), 0],
  );
  expect(objects.prod_team).toMatchObject({ deleted: true, value: { name: 'Team' } });
  const unheard = arrive(['product.deleted', product('Team'), 30], ['product.updated', product('Late'), 25]);
  expect(unheard.objects.prod_team?.deleted).toBe(true);
  const canceled = arrive(
    ['customer.subscription.deleted', aSubscription({ status: 'canceled' }), 30],
    ['customer.subscription.updated', aSubscription(), 25],
    ['customer.subscription.updated', aSubscription(), 35],
    ['customer.deleted', aCustomer(), 36],
    ['customer.updated', aCustomer(), 40],
  );
  expect(canceled.objects.sub_1?.value).toMatchObject({ status: 'canceled' });
  expect(canceled.objects.cus_1?.deleted).toBe(true);
});

test('RC3: 5: an event of an unknown type is kept as ignored and answered 200, and an unknown shape changes nothing', async () => {
  const event = eventOf(['balance.available', { id: 'bal_1', object: 'balance' }, 0]);
  const body = JSON.stringify(event);
  const kept: string[] = [];
  const recorder: Recorder = {
    record: async ({ disposition, key }) => {
      kept.push(`${key} ${disposition}`);
      return disposition;
    },
    close: async () => {},
  };
  const log = pino({ level: 'silent' });
  const receive = createWebhookHandler({
    mode: 'test',
    secrets: [TEST_WEBHOOK_SECRET],
    recorder,
    now: () => new Date(),
    log,
  });
  const headers = { 'content-type': 'application/json', 'stripe-signature': signEvent(body, TEST_WEBHOOK_SECRET) };
  const response = await receive(new Request('http://127.0.0.1/', { method: 'POST', headers, body }));
  expect([response.status, await response.json()]).toMatchObject([200, { status: 'ignored', eventId: event.id }]);
  expect(kept).toEqual([`${event.id} ignored`]);
  expect(handledTypes.has('balance.available')).toBe(false);
  expect(readEvent({ id: 'evt', type: 'balance.available', occurredAt: new Date(0), body: {} })).toEqual({
    ok: false,
    reason: 'events of type balance.available are not acted on',
  });

  const before = arrive(['customer.subscription.created', aSubscription(), 0]).state;
  const strange = recorded(['customer.subscription.updated', aSubscription({ status: 'hibernating' }), 5]);
  const decision = decide({ before, customer: null, events: [strange], snapshot: null }, circumstances);
  expect(decision.state.objects).toEqual(before.objects);
  expect(decision.outcomes).toMatchObject([{ id: strange.id, outcome: 'unresolved' }]);
  expect(decision.unresolved).toMatchObject([{ id: strange.id, reason: expect.stringContaining('status') }]);
});
