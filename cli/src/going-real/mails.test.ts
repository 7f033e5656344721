import { expect, test } from 'vitest';
import { describeStripeMails } from './mails.ts';

test.each([
  ['no charge yet', [], /cannot be asked/],
  ['charges without a receipt', [{ receipt_number: null }], /cannot be asked/],
  [
    'one that Stripe mailed a receipt for',
    [{ receipt_number: null }, { receipt_number: '2026-1' }],
    /for 1 of the last 2 charges/,
  ],
])('whether Stripe mails too is said as far as it shows: %s', (_what, charges, expected) => {
  const [first, ...where] = describeStripeMails(charges);
  expect(first).toMatch(expected);
  expect(where.join()).toMatch(/settings\/emails.*billing\/automatic/);
});
