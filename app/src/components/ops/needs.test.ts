import type { Summary } from '@onpaid/engine';
import { expect, test } from 'vitest';
import { countText, needsIn } from './needs';

const now = new Date('2026-03-04T14:00:00Z');
const calm: Summary = {
  failingCustomers: 0,
  openIssues: 0,
  refusedEvents: 0,
  effects: { unknown: 0, dead: 0, retrying: 5, waiting: 9 },
  backlog: { subjects: 3, since: new Date(now.getTime() - 900) },
  due: { effects: 2, since: new Date(now.getTime() - 900) },
  lastEventAt: now,
  hasCustomers: true,
};

test('work that is on its way needs nobody', () => {
  expect(needsIn(calm, now)).toEqual([]);
});

test('what a person must settle is said worst first, with its count and where to do it', () => {
  expect(needsIn({ ...calm, effects: { ...calm.effects, unknown: 1, dead: 2 } }, now)).toEqual([
    {
      kind: 'broken',
      words: '2 effects have failed for good. Retry or discard.',
      href: '/ops/effects?show=dead',
      count: 2,
    },
    {
      kind: 'attention',
      words: '1 effect may or may not have arrived. Say which.',
      href: '/ops/effects?show=unknown',
      count: 1,
    },
  ]);
});

test('a backlog that stands still comes first and names the likely cause', () => {
  const stuck = { ...calm, openIssues: 1, backlog: { subjects: 3, since: new Date(now.getTime() - 61_000) } };
  expect(needsIn(stuck, now)[0]?.words).toBe(
    '3 customers have events that have waited for over a minute. Is a worker running?',
  );
});

test('a count that stopped at its bound says so', () => {
  expect([countText(999), countText(1_000)]).toEqual(['999', '1,000+']);
});
