import { styleText } from 'node:util';
import {
  describeTimelineEntry,
  getCustomer,
  getTimeline,
  type HistoryEntry,
  listStripeIdentities,
  readHistory,
  type StripeIdentity,
} from '@onpaid/engine';
import { openInstallation } from '../installation.ts';

/** One customer with all they are at Stripe and the timeline, by our id, a Stripe id or an e-mail address. Exits 1 when there is none. */
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
    const [{ entries, older }, identities, history] = await Promise.all([
      getTimeline(db, customer.id, { limit: 100 }),
      listStripeIdentities(db, customer.id),
      readHistory(db, customer.id),
    ]);
    if (options.json) {
      console.log(JSON.stringify({ customer, identities, history, timeline: entries, older }, null, 2));
      return;
    }
    console.log(
      `\n  ${styleText('bold', customer.name ?? customer.email ?? customer.id)}  ${customer.billing}, ${customer.onboarding}\n`,
    );
    if (identities.length > 1) console.log(`  At Stripe: ${identities.map(describeIdentity).join(', ')}\n`);
    for (const entry of history) console.log(`  ${moment(entry.at)}  ${describeHistory(entry)}`);
    for (const entry of entries) {
      const { sentence } = describeTimelineEntry(entry);
      console.log(`  ${moment(entry.at)}  ${sentence}`);
    }
    console.log('');
  } finally {
    await close();
  }
}

function describeIdentity({ id, email, isMain, isDeleted }: StripeIdentity): string {
  const notes = [...(isMain ? ['main'] : []), ...(isDeleted ? ['deleted at Stripe'] : []), ...(email ? [email] : [])];
  return notes.length === 0 ? id : `${id} (${notes.join(', ')})`;
}

function describeHistory({ what, fromSubjectId, toSubjectId, by, reason }: HistoryEntry): string {
  const happened =
    what === 'merged'
      ? `${fromSubjectId} was merged into ${toSubjectId}`
      : `${fromSubjectId} was split from ${toSubjectId}`;
  return `${happened} by ${by === 'rule' ? 'a rule' : by}: ${reason}`;
}

function moment(at: Date): string {
  return styleText('dim', at.toISOString().replace('T', ' ').slice(0, 19));
}
