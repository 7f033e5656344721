import type Stripe from 'stripe';
import { marks, type Say } from './say.ts';

/** What of a charge tells that Stripe mailed a receipt: its number is there once one was sent. */
type Receipt = Pick<Stripe.Charge, 'receipt_number'>;

/**
 * Stripe can send receipts and failed-payment mails of its own, and then people get two. No call tells these settings; a receipt
 * number on a charge is the one trace they leave.
 */
export async function warnOfStripeMails(stripe: Stripe, say: Say): Promise<void> {
  const charges = await stripe.charges.list({ limit: 20 }).catch(() => null);
  for (const line of describeStripeMails(charges?.data ?? [])) say(line);
}

export function describeStripeMails(charges: readonly Receipt[]): string[] {
  const sent = charges.filter(({ receipt_number: number }) => number !== null && number !== undefined).length;
  const first =
    sent > 0
      ? `  ${marks.warn} Stripe mailed receipts of its own for ${sent} of the last ${charges.length} charges. Turn them off, or people get two:`
      : `  ${marks.unknown} Whether Stripe mails your customers too cannot be asked. Look, or people may get two of each:`;
  return [
    first,
    '    receipts: https://dashboard.stripe.com/settings/emails',
    '    failed payments: https://dashboard.stripe.com/account/billing/automatic',
  ];
}
