import { expect, test } from 'vitest';
import { afterLimit, backoffMs, CAP_MS } from './retry.ts';

const NOW = new Date('2026-06-01T12:00:00Z');
const LONGEST = 1;

test.each([
  [1, 2_000],
  [2, 4_000],
  [3, 8_000],
  [4, 16_000],
  [5, 32_000],
  [8, 256_000],
  [11, 2_048_000],
  [12, CAP_MS],
  [1_000, CAP_MS],
])('after failure %i the wait is at most %i ms, however often it failed', (failures, ceiling) => {
  expect(backoffMs(failures, LONGEST)).toBe(ceiling);
  expect(backoffMs(failures, 0.5)).toBe(ceiling / 2);
});

test('the wait is spread over the whole range, and never hammers', () => {
  expect(backoffMs(1, 0)).toBe(500);
  expect(backoffMs(12, 0)).toBe(500);
  expect(backoffMs(12, 0.25)).toBe(CAP_MS / 4);
});

test.each([
  ['a moment from now', '2026-06-01T12:00:30Z', '2026-06-01T12:00:30.000Z'],
  ['a moment that has passed', '2026-06-01T11:00:00Z', '2026-06-01T12:00:00.500Z'],
  ['a moment far beyond reason', '2027-01-01T00:00:00Z', '2026-06-02T12:00:00.000Z'],
])('a limit that ends at %s is honoured within reason', (_, retryAt, expected) => {
  expect(afterLimit(new Date(retryAt), NOW, 0).toISOString()).toBe(expected);
});
