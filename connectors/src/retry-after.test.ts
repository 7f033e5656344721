import { expect, test } from 'vitest';
import { retryAt } from './retry-after.ts';

const now = new Date('2026-03-01T12:00:00.000Z');
const after = (seconds: number) => new Date(now.getTime() + seconds * 1000);

test.each([
  ['seconds', { 'retry-after': '30' }, '', after(30)],
  ['seconds with a fraction', { 'retry-after': '0.25' }, '', new Date(now.getTime() + 250)],
  ['an HTTP date', { 'retry-after': 'Sun, 01 Mar 2026 12:00:45 GMT' }, '', after(45)],
  ['unix seconds', { 'x-ratelimit-reset': String(after(90).getTime() / 1000) }, '', after(90)],
  ['unix milliseconds', { 'retry-after': String(after(90).getTime()) }, '', after(90)],
  ['seconds in the body', {}, '{"message":"slow down","retry_after":1.5}', new Date(now.getTime() + 1500)],
  ['a body of nested parameters', {}, '{"ok":false,"parameters":{"retry_after":7}}', after(7)],
  ['nothing', {}, '', after(10)],
  ['nonsense', { 'retry-after': 'soon' }, '', after(10)],
  ['a negative number', { 'retry-after': '-5' }, '', after(10)],
  ['a date in the past', { 'retry-after': 'Sun, 01 Mar 2026 11:00:00 GMT' }, '', now],
  ['a year', { 'retry-after': '31536000' }, '', after(6 * 60 * 60)],
])('a wait said as %s is understood', (_, headers, text, expected) => {
  expect(retryAt({ headers: headers as Record<string, string>, text }, now)).toEqual(expected);
});
