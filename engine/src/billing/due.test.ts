import { describe, expect, test } from 'vitest';
import { aPlan, aPolicy, aSubscription, BOUGHT_AT } from '../testing/index.ts';
import { aLife, onDay } from '../testing/life.ts';
import { noAccess } from './access.ts';
import { isOverdue, nextMoment } from './due.ts';
import { type BillingState, emptyState } from './state.ts';

const second = (day: number) => BOUGHT_AT + day * 86_400;
const policy = aPolicy({ plans: [aPlan('team')] });

function believing(fields: Record<string, unknown>): BillingState {
  const life = aLife({ policy });
  life.told(onDay(0), ['customer.subscription.created', aSubscription(fields)]);
  return life.state;
}
const trial = { status: 'trialing', trial_end: second(14) };
const pause = { pause_collection: { behavior: 'void', resumes_at: second(10) } };

describe('the next moment at which time alone changes something', () => {
  test.each<[string, Record<string, unknown>, number, Date | null]>([
    ['a subscription that renews', {}, 0, null],
    ['a trial, before its notice', trial, 0, onDay(11)],
    ['a trial, after its notice', trial, 12, onDay(14)],
    ['a trial of two days', { status: 'trialing', trial_end: second(2) }, 0, onDay(2)],
    ['a scheduled cancellation', { cancel_at: second(20) }, 0, onDay(20)],
    ['one of somebody past due', { status: 'past_due', cancel_at: second(3) }, 1, onDay(3)],
    ['a pause with an end', pause, 0, onDay(10)],
    ['a pause without', { pause_collection: { behavior: 'void' } }, 0, null],
    ['what is over', { status: 'canceled', cancel_at: second(3), ended_at: second(3) }, 4, null],
  ])('BS12: %s', (_, fields, day, expected) => {
    expect(nextMoment(believing(fields), noAccess, onDay(day))).toEqual(expected);
  });

  test('BS12: an answer that runs out is due when it does', () => {
    const until = { ...noAccess, allow: true, until: onDay(7) };
    expect(nextMoment(emptyState('cus_1'), until, onDay(1))).toEqual(onDay(7));
  });
});

describe('what should have happened by now', () => {
  test.each([
    ['a trial that ended', trial, 14],
    ['a cancellation', { cancel_at: second(20) }, 20],
    ['a pause that ended', pause, 10],
  ])('BS17: %s and is not told of yet is asked for, again and again, until it is', (_, fields, day) => {
    const life = aLife({ policy, key: true });
    life.told(onDay(0), ['customer.subscription.created', aSubscription(fields)]);
    life.read(onDay(0, 1), ['subscription', aSubscription(fields)]);
    expect(isOverdue(life.state, onDay(day, -1))).toBe(false);
    expect(isOverdue(life.state, onDay(day))).toBe(true);
    const first = life.passes(onDay(day));
    expect(first.asks).toBe(true);
    life.read(onDay(day, 1), ['subscription', aSubscription(fields)]);
    expect(life.dueAt).toEqual(onDay(day, 601));
    expect(life.passes(onDay(day, 601)).asks).toBe(true);
    life.read(onDay(day, 602), ['subscription', aSubscription({ status: 'canceled', ended_at: second(day) })]);
    expect(life.dueAt).toBeNull();
  });
});
