import type { Database } from '@onpaid/engine';
import { getCustomer, getSummary, listCustomers, readInvariantViolations } from '@onpaid/engine';
import type { RunFile } from '../run-file.ts';
import type { Counts } from './judge.ts';
import { aPerson, type Person } from './person.ts';
import * as standIns from './stand-ins.ts';
import { waitFor } from './wait-for.ts';

export const DELIVERIES_PER_EVENT = 3;
const NEWCOMER = 'nina@customer.example';
const LEAD = 'lena@customer.example';

export type Tell = (sentence: string) => void;
type Sandbox = standIns.Sandbox;

/**
 * What a day brings: somebody new buys, a lead who is already in the CRM buys and signs in, a renewal fails and is paid
 * later. Returns what the outside world was left with.
 */
export async function playScenario(run: RunFile, sandbox: Sandbox, db: Database, tell: Tell): Promise<Counts> {
  await standIns.deliverTimes(sandbox, DELIVERIES_PER_EVENT);
  await standIns.seedLead(sandbox, LEAD);

  const newcomer = aPerson();
  await buy(newcomer, run, NEWCOMER);
  tell('Somebody new bought a plan.');
  await waitFor('the newcomer to be welcomed', () => isWelcomed(db, NEWCOMER));

  const lead = aPerson();
  await buy(lead, run, LEAD);
  tell('Somebody whom the CRM already knew bought a plan.');
  await waitFor('the lead to be welcomed', () => isWelcomed(db, LEAD));
  await signIn(lead, run, sandbox, LEAD);
  tell('The lead signed in, which proves the address: the contact is adopted.');

  const subscriptionId = await subscriptionOf(sandbox);
  const invoiceId = await standIns.renew(sandbox, subscriptionId, 'failed');
  tell('A renewal failed.');
  await waitFor(
    'a ticket for the failed payment',
    async () => (await standIns.recordsOf(sandbox, 'zendesk')).tickets.length > 0,
  );
  await standIns.retryInvoice(sandbox, invoiceId, 'paid');
  tell('The renewal was paid after all.');

  // What never comes to rest is counted all the same: the counts say what is wrong.
  await settle(sandbox, db).catch((error: unknown) => tell(error instanceof Error ? error.message : String(error)));
  return count(sandbox, db);
}

async function buy(person: Person, run: RunFile, email: string): Promise<void> {
  const pricing = await person.open(run.urls.pricing);
  const link = pricing.root.querySelector('a[href*="/checkout?"]')?.getAttribute('href');
  if (!link) throw new Error(`The pricing page offers nothing to buy. It reads: ${pricing.text.slice(0, 300)}`);
  const checkout = await person.open(new URL(link, pricing.url).href);
  const payment = await person.submit(checkout, 'Continue to payment', { email });
  const returned = await person.submit(payment, 'Subscribe and pay', { name: email.split('@')[0] ?? email });
  if (!new URL(returned.url).pathname.startsWith('/checkout/')) {
    throw new Error(
      `Paying did not lead back to the shop but to ${returned.url}. It reads: ${returned.text.slice(0, 300)}`,
    );
  }
}

async function signIn(person: Person, run: RunFile, sandbox: Sandbox, email: string): Promise<void> {
  const page = await person.open(`${run.urls.app}/sign-in`);
  await person.submit(page, 'Send', { email });
  const mail = await waitFor('the sign-in mail', async () =>
    (await standIns.recordsOf(sandbox, 'email')).mails.find(
      (one) => one.to.includes(email) && /sign in/i.test(one.subject),
    ),
  );
  const link = /https?:\/\/\S*\/sign-in\/\S*/.exec(mail.text)?.[0];
  if (!link) throw new Error('The sign-in mail holds no link.');
  await person.submit(await person.open(link), 'Sign in');
}

async function isWelcomed(db: Database, email: string): Promise<boolean> {
  return (await getCustomer(db, email))?.onboarding === 'welcomed';
}

async function subscriptionOf(sandbox: Sandbox): Promise<string> {
  const [first] = await standIns.subscriptionIds(sandbox);
  if (first === undefined) throw new Error('Stripe’s stand-in has no subscription after two purchases.');
  return first;
}

/** Until Stripe has delivered everything as often as asked, and nothing of ours is left to do. */
async function settle(sandbox: Sandbox, db: Database): Promise<void> {
  await waitFor('every event to be delivered three times', async () => {
    const { events, deliveries, pending } = await standIns.countDeliveries(sandbox);
    return pending === 0 && deliveries >= events * DELIVERIES_PER_EVENT;
  });
  await waitFor('the ticket to be solved', async () =>
    (await standIns.recordsOf(sandbox, 'zendesk')).tickets.some((ticket) => ticket.status === 'solved'),
  );
  await waitFor('every effect to be settled', async () => {
    const { backlog } = await getSummary(db, new Date());
    return backlog.subjects === 0 && (await unsettled(db)) === 0;
  });
}

async function unsettled(db: Database): Promise<number> {
  const { effects } = await getSummary(db, new Date());
  return effects.unknown + effects.dead + effects.retrying + effects.waiting;
}

async function count(sandbox: Sandbox, db: Database): Promise<Counts> {
  const [hubspot, zendesk, slack, app, email] = await Promise.all([
    standIns.recordsOf(sandbox, 'hubspot'),
    standIns.recordsOf(sandbox, 'zendesk'),
    standIns.recordsOf(sandbox, 'slack'),
    standIns.recordsOf(sandbox, 'app'),
    standIns.recordsOf(sandbox, 'email'),
  ]);
  const customers = (await listCustomers(db, { limit: 100 })).items;
  const contacts = hubspot.contacts.filter((contact) => !contact.archived);
  const addresses = contacts.map((contact) => contact.properties.email ?? '');
  const subjects = (pattern: RegExp) => email.mails.filter((mail) => pattern.test(mail.subject)).length;
  const messages = (pattern: RegExp) => slack.messages.filter((message) => pattern.test(message.text)).length;
  const { openIssues } = await getSummary(db, new Date());
  return {
    purchases: customers.filter((customer) => customer.firstPaidAt !== null).length,
    'stripe.subscriptions': (await standIns.subscriptionIds(sandbox)).length,
    'onpaid.customers': customers.length,
    'onpaid.customersWithAccess': customers.filter((customer) => customer.access.allow).length,
    'onpaid.effectsNotSettled': await unsettled(db),
    'onpaid.openIssues': openIssues,
    'onpaid.invariantViolations': (await readInvariantViolations(db)).length,
    'app.accounts': app.accounts.length,
    'app.accountsWithAccess': app.accounts.filter((account) => account.data.access).length,
    'hubspot.contacts': contacts.length,
    'hubspot.contactsOfCustomers': contacts.filter((contact) => contact.properties.onpaid_customer_id).length,
    'hubspot.contactsSharingAnAddress': addresses.length - new Set(addresses).size,
    'email.welcome': subjects(/account is ready/),
    'email.paymentFailed': subjects(/did not go through/),
    'zendesk.tickets': zendesk.tickets.length,
    'zendesk.ticketsSolved': zendesk.tickets.filter((ticket) => ticket.status === 'solved').length,
    'slack.sales': messages(/ bought /),
    'slack.paymentsFailed': messages(/^A payment of .* failed/),
  };
}
