import type { Payloads, Person } from '@onpaid/engine';
import { formatMoney } from '@onpaid/mail';
import { codeWords, disputeOutcomeWords, disputeReasonWords } from '../stripe-words.ts';

/** What we say in Zendesk's words. */

type PaymentFailed = Payloads['helpdesk.payment_failed'];
type PaymentRecovered = Payloads['helpdesk.payment_recovered'];
type DisputeOpened = Payloads['helpdesk.dispute_opened'];
type DisputeClosed = Payloads['helpdesk.dispute_closed'];

/** A ticket's lasting name at Zendesk: the effect that opened it. */
export function failureTicketId({ invoiceId }: { invoiceId: string }): string {
  return `payment_failed:${invoiceId}@helpdesk`;
}

export function disputeTicketId({ disputeId }: { disputeId: string }): string {
  return `dispute_opened:${disputeId}@helpdesk`;
}

/**
 * An internal note on behalf of the customer: who is told about a failed payment by mail must not get a second mail from
 * the helpdesk, which answers public comments by itself.
 */
export function failureTicket(payload: PaymentFailed, externalId: string) {
  const { person, due, invoiceNumber, invoiceId } = payload;
  const { email, name } = person;
  return {
    ticket: {
      subject: `Payment of ${formatMoney(due, 'en')} failed: ${name ?? email ?? invoiceNumber ?? invoiceId}`,
      comment: { body: whatHappened(payload), public: false },
      external_id: externalId,
      tags: ['onpaid', 'payment_failed'],
      ...requester(person),
    },
  };
}

function requester({ email, name }: Person) {
  return email !== null && { requester: { name: name ?? email, email } };
}

function whatHappened(payload: PaymentFailed): string {
  const { person, plan, due, invoiceNumber, invoiceId, attempt, failureCode, nextAttemptAt, graceEndsAt, payUrl } =
    payload;
  return [
    `Attempt ${attempt} to collect ${formatMoney(due, 'en')} for invoice ${invoiceNumber ?? invoiceId} failed.`,
    '',
    customerLine(person),
    ...(plan ? [`Plan: ${plan.name}`] : []),
    ...(failureCode ? [`Reason given by the bank: ${codeWords(failureCode)}`] : []),
    nextAttemptAt ? `Stripe tries again: ${moment(nextAttemptAt)}` : 'Stripe does not try again by itself.',
    ...(graceEndsAt ? [`Access until: ${moment(graceEndsAt)}`] : []),
    ...(payUrl ? [`The customer can pay here: ${payUrl}`] : []),
    '',
    'The customer has been told by mail. This ticket is solved by itself once the invoice is paid.',
  ].join('\n');
}

/** An internal note, too: what is answered to a dispute is answered at Stripe, and not to the customer. */
export function disputeTicket(payload: DisputeOpened, externalId: string) {
  const { person, disputed, disputeId, respondBy } = payload;
  const deadline = respondBy ? `, respond by ${moment(respondBy)}` : '';
  return {
    ticket: {
      subject: `Dispute of ${formatMoney(disputed, 'en')}${deadline}: ${person.name ?? person.email ?? disputeId}`,
      comment: { body: whatIsDisputed(payload), public: false },
      external_id: externalId,
      priority: 'urgent',
      tags: ['onpaid', 'dispute'],
      ...requester(person),
    },
  };
}

function whatIsDisputed({ person, disputeId, disputed, reason, respondBy, hasAccess }: DisputeOpened): string {
  return [
    `A payment of ${formatMoney(disputed, 'en')} is disputed: ${disputeReasonWords(reason)}.`,
    respondBy
      ? `Respond in Stripe by ${moment(respondBy)}. Without an answer by then it is usually lost.`
      : 'Stripe names no date to respond by.',
    '',
    customerLine(person),
    `Dispute: ${disputeId} (${codeWords(reason)})`,
    accessLine(hasAccess),
    '',
    'Refund it only while Stripe calls it an inquiry: once it is a dispute, the money could go back twice.',
    'This ticket is solved by itself once the dispute is closed.',
  ].join('\n');
}

function customerLine({ name, email, subjectId }: Person): string {
  return `Customer: ${[name, email, subjectId].filter(Boolean).join(', ')}`;
}

function accessLine(hasAccess: boolean): string {
  return `Access: ${hasAccess ? 'open' : 'closed'}`;
}

/** In the comment, so that a look at the ticket tells whether it was written. */
export function markerOf(idempotencyKey: string): string {
  return `[onpaid ${idempotencyKey}]`;
}

export function recovery({ paid, invoiceNumber, invoiceId }: PaymentRecovered, idempotencyKey: string) {
  const sentence = `Invoice ${invoiceNumber ?? invoiceId} was paid: ${formatMoney(paid, 'en')}. Nothing is left to do.`;
  return solution(sentence, 'payment_recovered', idempotencyKey);
}

export function disputeEnd({ disputed, outcome, hasAccess }: DisputeClosed, idempotencyKey: string) {
  const end = `The dispute of ${formatMoney(disputed, 'en')} was ${outcome}. ${disputeOutcomeWords[outcome]}`;
  return solution(`${end}\n${accessLine(hasAccess)}`, `dispute_${outcome}`, idempotencyKey);
}

function solution(words: string, tag: string, idempotencyKey: string) {
  return {
    ticket: {
      status: 'solved',
      comment: { body: `${words}\n\n${markerOf(idempotencyKey)}`, public: false },
      tags: [tag],
    },
  };
}

export interface Ticket {
  id: number;
  status: string;
  updated_at: string;
  tags: string[];
  assignee_id?: number | null | undefined;
}

/**
 * The frozen update, fitted to the ticket as it is at this moment: tags sent with a ticket replace all of them; only an
 * assigned ticket can be solved; and the stamp makes Zendesk refuse the update if anything changed since it was read,
 * which is what keeps a repeat from commenting twice.
 */
export function fittedUpdate(frozen: { ticket: { tags: string[] } }, ticket: Ticket, agentEmail: string) {
  return {
    ticket: {
      ...frozen.ticket,
      tags: [...new Set([...ticket.tags, ...frozen.ticket.tags])],
      ...((ticket.assignee_id ?? null) === null && { assignee_email: agentEmail }),
      safe_update: true,
      updated_stamp: ticket.updated_at,
    },
  };
}

/** Accounts may demand fields of their own before a ticket counts as solved; then it is left open for a person. */
export function leftOpen(update: ReturnType<typeof fittedUpdate>) {
  const { assignee_email: _, ...rest } = update.ticket;
  return { ticket: { ...rest, status: undefined } };
}

function moment(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
