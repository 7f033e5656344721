import type { Money } from '@onpaid/engine';

/** Stripe writes these in hundredths although they have no smaller unit. */
const writtenInHundredths = new Set(['isk', 'ugx']);

export function formatMoney({ amountCents, currency }: Money): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const digits = writtenInHundredths.has(currency.toLowerCase())
    ? 2
    : (format.resolvedOptions().maximumFractionDigits ?? 2);
  return format.format(amountCents / 10 ** digits);
}
