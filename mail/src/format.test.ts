import { expect, test } from 'vitest';
import { inkOn } from './colour.ts';
import { addressableName, formatMoment, formatMoney } from './format.ts';

test.each([
  [2900, 'usd', '$29.00'],
  [1, 'eur', '€0.01'],
  [2900, 'jpy', '¥2,900'],
  [1250, 'kwd', 'KWD 1.250'],
  [123456, 'mga', 'MGA 123,456'],
  [200000, 'huf', 'HUF 2,000'],
  [200050, 'huf', 'HUF 2,000.50'],
  [50000, 'isk', 'ISK 500'],
  [500000, 'ugx', 'UGX 5,000'],
  [12345, 'bhd', 'BHD 12.345'],
  [0, 'jpy', '¥0'],
  [99999999, 'idr', 'IDR 999,999.99'],
  [123456789, 'usd', '$1,234,567.89'],
  [-2900, 'usd', '-$29.00'],
])('%i in the smallest unit of %s is %s', (amountCents, currency, shown) => {
  expect(formatMoney({ amountCents, currency }, 'en').replace('\u00a0', ' ')).toBe(shown);
});

test('a moment is told in UTC, and says so', () => {
  expect(formatMoment(new Date('2026-01-05T00:03:59+02:00'), 'en')).toBe('January 4, 2026 at 22:03 UTC');
});

test('a name written right to left is isolated, an empty or endless one is left out', () => {
  expect(addressableName('שלום')).toBe('\u2068שלום\u2069');
  expect(addressableName('  ')).toBeNull();
  expect(addressableName('x'.repeat(61))).toBeNull();
});

test.each([
  ['#0f766e', '#ffffff'],
  ['#facc15', '#000000'],
  ['#000000', '#ffffff'],
])('on %s, %s reads best', (colour, ink) => {
  expect(inkOn(colour)).toBe(ink);
});
