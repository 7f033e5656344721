import { expect, test } from 'vitest';
import { formatMoney } from './format-money';

test.each([
  [4900, 'usd', '$49'],
  [4950, 'usd', '$49.50'],
  [0, 'eur', '€0'],
  [500, 'jpy', '¥500'],
  [1500, 'kwd', 'KWD 1.500'],
  [1234567, 'usd', '$12,345.67'],
  [-4900, 'usd', '-$49'],
  [50000, 'isk', 'ISK 500'],
  [200000, 'huf', 'HUF 2,000'],
])('formats %i %s with the digits of its currency', (amountCents, currency, expected) => {
  expect(formatMoney(amountCents, currency).replaceAll('\u00a0', ' ')).toBe(expected);
});
