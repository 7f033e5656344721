import { styleText } from 'node:util';
import { describeTimelineEntry, getCustomer, getTimeline } from '@onpaid/engine';
import { openInstallation } from '../installation.ts';

/** One customer with the timeline, by our id, a Stripe id or an e-mail address. Exits 1 when there is none. */
export async function runCustomersShow(
  env: Record<string, string | undefined>,
  wanted: string,
  options: { json: boolean },
): Promise<void> {
  const { db, close } = await openInstallation(env);
  try {
    const customer = await getCustomer(db, wanted);
    if (customer === null) {
      console.error(
        `There is no customer "${wanted}". Customers are found by our id, their Stripe customer id or their exact e-mail address.`,
      );
      process.exitCode = 1;
      return;
    }
    const { entries, older } = await getTimeline(db, customer.id, { limit: 100 });
    if (options.json) {
      console.log(JSON.stringify({ customer, timeline: entries, older }, null, 2));
      return;
    }
    console.log(
      `\n  ${styleText('bold', customer.name ?? customer.email ?? customer.id)}  ${customer.billing}, ${customer.onboarding}\n`,
    );
    for (const entry of entries) {
      const { sentence } = describeTimelineEntry(entry);
      console.log(`  ${styleText('dim', entry.at.toISOString().replace('T', ' ').slice(0, 19))}  ${sentence}`);
    }
    console.log('');
  } finally {
    await close();
  }
}
