import { expect, test } from 'vitest';
import { exactTimes, formatRelative } from './format-relative';

const now = Date.parse('2026-03-04T14:00:00Z');

test.each([
  [-3, 'just now'],
  [-45, '45 seconds ago'],
  [-61, '1 minute ago'],
  [-7_199, '1 hour ago'],
  [-86_400, 'yesterday'],
  [86_400 * 3, 'in 3 days'],
  [-86_400 * 400, 'last year'],
])('%i seconds from now reads "%s"', (seconds, expected) => {
  expect(formatRelative(now + seconds * 1_000, now)).toBe(expected);
});

test('the exact time names its zone', () => {
  expect(exactTimes(new Date('2026-03-04T14:02:11.500Z'))).toMatch(/^2026-03-04 14:02:11 UTC/);
});
