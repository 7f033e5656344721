import type { Inboxes } from './shop.ts';
import type { LedgerEffect } from './store.ts';

/** What became of one effect: it is at its vendor once, or a person is asked about it and it is there at most once. */
export type Outcome = 'arrived' | 'arrived, asked' | 'missing, asked';

interface Customer {
  id: string;
  name: string;
  email: string;
}

/** By kind of effect. Whatever is none of the outcomes above is told as it is, for the reader of a failed test. */
export function outcomesOf(buyer: Customer, ledger: LedgerEffect[], inboxes: Inboxes): Record<string, string> {
  return Object.fromEntries(
    ledger.map((effect) => [effect.kind, outcomeOf(effect, countAtVendor(effect, buyer, inboxes))]),
  );
}

function outcomeOf({ state, isAsked }: LedgerEffect, count: number): string {
  if (state === 'sent' && !isAsked && count === 1) return 'arrived' satisfies Outcome;
  if (state === 'unknown' && isAsked && count === 1) return 'arrived, asked' satisfies Outcome;
  if (state === 'unknown' && isAsked && count === 0) return 'missing, asked' satisfies Outcome;
  return `${state}${isAsked ? ', asked' : ''}, and ${count} of it at the vendor`;
}

function countAtVendor(
  { kind, id }: LedgerEffect,
  buyer: Customer,
  { app, hubspot, email, zendesk, slack }: Inboxes,
): number {
  const mails = (subject: RegExp) =>
    email.mails.filter((mail) => mail.to.includes(buyer.email) && subject.test(mail.subject)).length;
  const messages = (words: string) => slack.messages.filter((message) => message.text.includes(words)).length;
  const ticketsOf = (effectId: string) => zendesk.tickets.filter((ticket) => ticket.external_id === effectId);
  switch (kind) {
    case 'app.account':
      return app.accounts.filter((account) => account.customerId === buyer.id).length;
    case 'crm.contact':
      return hubspot.contacts.filter((contact) => !contact.archived && contact.properties.email === buyer.email).length;
    case 'email.welcome':
      return mails(/account is ready/);
    case 'email.payment_failed':
      return mails(/did not go through/);
    case 'chat.sale':
      return messages(`*${buyer.name}* bought`);
    case 'chat.payment_failed':
      return messages(`by *${buyer.name}* failed`);
    case 'helpdesk.payment_failed':
      return ticketsOf(id).length;
    case 'helpdesk.payment_recovered':
      return ticketsOf(id.replace('payment_recovered:', 'payment_failed:'))
        .filter((ticket) => ticket.status === 'solved')
        .flatMap((ticket) => ticket.comments.filter((comment) => comment.body.includes('was paid'))).length;
    default:
      throw new Error(`Nobody counts ${kind} at its vendor.`);
  }
}

/** What was said word for word twice, to a channel or to one address. */
export function saidTwice({ email, slack }: Inboxes): string[] {
  const said = [
    ...slack.messages.map(({ text }) => text),
    ...email.mails.map(({ to, subject }) => `${to}: ${subject}`),
  ];
  return said.filter((words, index) => said.indexOf(words) !== index);
}
