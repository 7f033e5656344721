// Stripe keeps two decimals for these two, though the currencies themselves have none.
const twoDecimalsAtStripe = new Set(['ISK', 'UGX']);

/** `4900, 'usd'` is "$49", `4950` is "$49.50", `500, 'jpy'` is "¥500". */
export function formatMoney(amountCents: number, currency: string, locale = 'en'): string {
  const code = currency.toUpperCase();
  const digits =
    new Intl.NumberFormat(locale, { style: 'currency', currency: code }).resolvedOptions().maximumFractionDigits ?? 2;
  const amount = amountCents / 10 ** (twoDecimalsAtStripe.has(code) ? 2 : digits);
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: code,
    trailingZeroDisplay: 'stripIfInteger',
  }).format(amount);
}
