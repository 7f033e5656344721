import type { Locale, Money } from './types.ts';

const languageTags: Record<Locale, string> = { en: 'en-US' };

// How many digits Stripe counts in a currency's smallest unit. Intl knows how a currency is usually written, which is
// another thing: it writes HUF and ISK without decimals, while Stripe counts both in hundredths.
const withoutDecimals = new Set(
  'bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' ').map((code) => code.toUpperCase()),
);
const withThreeDecimals = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);

/** "$29.00", "¥2,900", "KWD 1.250". Decimals are left out only where the language writes none and nothing is lost. */
export function formatMoney({ amountCents, currency }: Money, locale: Locale): string {
  const code = currency.toUpperCase();
  const digits = withoutDecimals.has(code) ? 0 : withThreeDecimals.has(code) ? 3 : 2;
  const amount = amountCents / 10 ** digits;
  const usual = new Intl.NumberFormat(languageTags[locale], { style: 'currency', currency: code });
  const { maximumFractionDigits: usualDigits = digits } = usual.resolvedOptions();
  const isWhole = Number.isInteger(amount * 10 ** usualDigits);
  const shownDigits = isWhole && usualDigits < digits ? usualDigits : digits;
  return new Intl.NumberFormat(languageTags[locale], {
    style: 'currency',
    currency: code,
    minimumFractionDigits: shownDigits,
    maximumFractionDigits: shownDigits,
  }).format(amount);
}

/** "November 22, 2026 at 14:02 UTC": a mail does not know its reader's zone, so it names its own. */
export function formatMoment(moment: Date, locale: Locale): string {
  return new Intl.DateTimeFormat(languageTags[locale], {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: 'UTC',
    timeZoneName: 'short',
  }).format(moment);
}

const longestName = 60;
const controls = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
const advertises = /:\/\/|www\.|@|\.[a-z]{2,}\b/i;
const writtenRightToLeft = /\p{Script=Hebrew}|\p{Script=Arabic}|\p{Script=Syriac}|\p{Script=Thaana}/u;

/**
 * A customer's name as it may be addressed, or null. Anybody can type anything as a name at checkout, so that we would
 * mail it to an address they also chose: what looks like a link or an address is no name.
 */
export function addressableName(name: string | null): string | null {
  const clean = name?.replace(controls, ' ').replace(/\s+/g, ' ').trim();
  if (!clean || clean.length > longestName || advertises.test(clean)) return null;
  // Isolated, so that the comma after it stays where the sentence puts it.
  return writtenRightToLeft.test(clean) ? `\u2068${clean}\u2069` : clean;
}
