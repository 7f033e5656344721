import type Stripe from 'stripe';
import { marks, type Say } from './say.ts';

/**
 * Stripe can send receipts and failed-payment mails of its own, and then people get two. No call tells these settings; a receipt
 * number on a charge is the one trace they leave.
 */
export async function warnOfStripeMails(stripe: Stripe, say: Say): Promise<void> {
  const charges = await stripe.charges.list({ limit: 20 }).catch(() => null);
  const receipts = charges?.data.filter(
    (charge) => charge.receipt_number !== null && charge.receipt_number !== undefined,
  );
  if (receipts && receipts.length > 0) {
    say(
      `  ${marks.warn} Stripe sent receipts of its own for ${receipts.length} of the last ${charges?.data.length} charges. Turn them off, or people get two:`,
    );
  } else {
    say(
      `  ${marks.unknown} Whether Stripe mails your customers too cannot be asked. Look, or people may get two of each:`,
    );
  }
  say('    receipts: https://dashboard.stripe.com/settings/emails');
  say('    failed payments: https://dashboard.stripe.com/account/billing/automatic');
}
