import { expect, test } from 'vitest';
import type { Policy } from '../../config.ts';
import { aCustomer, anInvoice, aPlan, aPolicy, aSubscription, BOUGHT_AT } from '../../testing/index.ts';
import { aLife, onDay } from '../../testing/life.ts';

const paused = (fields: Record<string, unknown> = {}) =>
  aSubscription({ pause_collection: { behavior: 'void', resumes_at: BOUGHT_AT + 10 * 86_400 }, ...fields });

function aPausedLife(change: Partial<Policy> = {}, fields: Record<string, unknown> = {}) {
  const life = aLife({ policy: aPolicy({ plans: [aPlan('team')], ...change }) });
  life.told(
    onDay(0),
    ['customer.created', aCustomer()],
    ['invoice.paid', anInvoice()],
    ['customer.subscription.created', aSubscription()],
  );
  const step = life.told(onDay(2), ['customer.subscription.updated', paused(fields), { pause_collection: null }]);
  return { life, step };
}

test.each([
  [true, { allow: true, billing: 'paused', says: [] }],
  [false, { allow: false, billing: 'paused', says: ['access_ended:sub_1:1@chat', 'access_ended:sub_1:1@email'] }],
])('AC12: while collection is paused, access is as the policy says: %s', (accessWhilePaused, expected) => {
  const { life, step } = aPausedLife({ accessWhilePaused });
  expect(step).toMatchObject({ why: 'paused', ...expected });
  const resumed = life.told(onDay(5), ['customer.subscription.updated', aSubscription()]);
  expect(resumed).toMatchObject({ allow: true, why: 'active', billing: 'active' });
});

test('AC12: a pause with an end is over when its end has come, though no event says so', () => {
  const { life } = aPausedLife({ accessWhilePaused: false });
  expect(life.passes(onDay(9))).toMatchObject({ allow: false, why: 'paused' });
  expect(life.passes(onDay(10))).toMatchObject({ allow: true, why: 'active', billing: 'active' });
});

test('AC5: a cancellation that comes while collection is paused takes effect all the same', () => {
  const { life, step } = aPausedLife({}, { cancel_at: BOUGHT_AT + 5 * 86_400, pause_collection: { behavior: 'void' } });
  expect(step).toMatchObject({ allow: true, why: 'paused' });
  expect(life.access.until).toEqual(onDay(5));
  expect(life.passes(onDay(5))).toMatchObject({ allow: false, why: 'ended', billing: 'canceled' });
});
