import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  renderAccessEnded,
  renderActionRequired,
  renderOrderFailed,
  renderPaymentFailed,
  renderRefunded,
  renderSignInLink,
  renderTrialEnding,
  renderWelcome,
} from './index.ts';
import {
  sampleAccessEnded,
  sampleActionRequired,
  sampleOrderFailed,
  samplePaymentFailed,
  sampleRefunded,
  sampleSignInLink,
  sampleTrialEnding,
  sampleWelcome,
} from './samples.ts';

/** Writes every mail to a folder, to look at: `tsx mail/src/preview.ts <folder>`. */
const [, , folder] = process.argv;
if (!folder) throw new Error('Writing the mails failed: no folder was given. Run: tsx mail/src/preview.ts <folder>');

await mkdir(folder, { recursive: true });
const mails = {
  welcome: await renderWelcome(sampleWelcome),
  'payment-failed': await renderPaymentFailed(samplePaymentFailed),
  'action-required': await renderActionRequired(sampleActionRequired),
  'order-failed': await renderOrderFailed(sampleOrderFailed),
  'trial-ending': await renderTrialEnding(sampleTrialEnding),
  refunded: await renderRefunded(sampleRefunded),
  'access-ended': await renderAccessEnded(sampleAccessEnded),
  'sign-in-link': await renderSignInLink(sampleSignInLink),
};
for (const [name, { subject, text, html }] of Object.entries(mails)) {
  await writeFile(join(folder, `${name}.html`), html);
  await writeFile(join(folder, `${name}.txt`), `Subject: ${subject}\n\n${text}`);
}
console.log(`${Object.keys(mails).length} mails written to ${folder}`);
