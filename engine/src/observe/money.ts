// How many digits Stripe counts in a currency's smallest unit; how a currency is usually written is another thing (HUF, IDR
// and ISK are written without decimals and counted in hundredths). https://docs.stripe.com/currencies#zero-decimal
const withoutDecimals = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '));
const withThreeDecimals = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);

/** For screens: "$49", "$49.50", "¥500", "KWD 1.500". */
export function formatMoney(amountCents: number, currency: string): string {
  const code = currency.toUpperCase();
  const digits = withoutDecimals.has(code) ? 0 : withThreeDecimals.has(code) ? 3 : 2;
  return new Intl.NumberFormat('en', {
    style: 'currency',
    currency: code,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    trailingZeroDisplay: 'stripIfInteger',
  }).format(amountCents / 10 ** digits);
}
