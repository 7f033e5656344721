import type { Payloads, Person } from '@onpaid/engine';
import { formatMoney } from '@onpaid/mail';
import { codeWords, disputeOutcomeWords, disputeReasonWords, fraudTypeWords } from '../stripe-words.ts';

/** What the channel reads: one sentence, and below it what helps to act. */
export interface Message {
  text: string;
  details: string[];
}

export const messages = {
  'chat.sale': ({ person, plan, paid, invoiceUrl }) => ({
    text: `*${nameOf(person)}* bought *${escaped(plan.name)}*${paid ? ` for ${formatMoney(paid, 'en')}` : ', with nothing to pay yet'}.`,
    details: [...addressOf(person), ...link(invoiceUrl, 'Invoice')],
  }),
  'chat.payment_failed': ({ person, plan, due, attempt, failureCode, nextAttemptAt, graceEndsAt }) => ({
    text: `A payment of ${formatMoney(due, 'en')} by *${nameOf(person)}* failed${plan ? ` for *${escaped(plan.name)}*` : ''}.`,
    details: [
      ...addressOf(person),
      `Attempt ${attempt}${failureCode ? `: ${escaped(codeWords(failureCode))}` : ''}`,
      nextAttemptAt ? `Next attempt ${day(nextAttemptAt)}` : 'No further attempt',
      ...(graceEndsAt ? [`Access until ${day(graceEndsAt)}`] : []),
    ],
  }),
  'chat.payment_action_required': ({ person, plan, due, attempt, invoiceNumber, confirmUrl }) => ({
    text: `The bank of *${nameOf(person)}* wants them to confirm ${formatMoney(due, 'en')}${plan ? ` for *${escaped(plan.name)}*` : ''}.`,
    details: [
      ...addressOf(person),
      `Attempt ${attempt}, open until they confirm`,
      ...invoice(invoiceNumber),
      ...link(confirmUrl, 'Where they confirm'),
    ],
  }),
  'chat.refunded': ({ person, plan, refunded, isWhole, invoiceNumber }) => ({
    text: `*${nameOf(person)}* was refunded ${formatMoney(refunded, 'en')}${plan ? ` for *${escaped(plan.name)}*` : ''}.`,
    details: [...addressOf(person), isWhole ? 'The whole payment' : 'A part of the payment', ...invoice(invoiceNumber)],
  }),
  'chat.dispute_opened': ({ person, disputeId, disputed, reason, respondBy, hasAccess }) => ({
    text: `:warning: A payment of ${formatMoney(disputed, 'en')} by *${nameOf(person)}* is disputed: ${escaped(disputeReasonWords(reason))}.`,
    details: [
      ...addressOf(person),
      respondBy ? `Respond in Stripe by ${moment(respondBy)}` : 'Stripe names no date to respond by',
      hasAccess ? 'Access is open' : 'Access is closed',
      escaped(disputeId),
    ],
  }),
  'chat.dispute_closed': ({ person, disputeId, disputed, outcome, hasAccess }) => ({
    text: `The dispute of ${formatMoney(disputed, 'en')} by *${nameOf(person)}* was ${outcome}.`,
    details: [
      ...addressOf(person),
      disputeOutcomeWords[outcome],
      hasAccess ? 'Access is open' : 'Access is closed',
      escaped(disputeId),
    ],
  }),
  'chat.fraud_warning': ({ person, chargeId, fraudType, charged }) => ({
    text: `:warning: The card’s bank reports a payment${charged ? ` of ${formatMoney(charged, 'en')}` : ''} by *${nameOf(person)}* as fraud: ${escaped(fraudTypeWords(fraudType))}.`,
    details: [
      ...addressOf(person),
      'Refund it in Stripe now, unless it is disputed already: that costs less than a dispute',
      escaped(chargeId),
    ],
  }),
  'chat.access_ended': ({ person, plan, endedAt, reason }) => ({
    text: `*${nameOf(person)}* no longer has access${plan ? ` to *${escaped(plan.name)}*` : ''}.`,
    details: [...addressOf(person), `Because: ${escaped(codeWords(reason))}`, `Since ${day(endedAt)}`],
  }),
  'chat.issue_opened': ({ issueId, title, cause, occurrences, effects }) => ({
    text: `:warning: Issue ${issueId}: ${escaped(title)}.`,
    details: [`Cause: ${escaped(cause)}`, count(occurrences, 'failed attempt'), `${count(effects, 'effect')} waiting`],
  }),
  'chat.issue_resolved': ({ issueId, title, effects }) => ({
    text: `:white_check_mark: Issue ${issueId} is over: ${escaped(title)}.`,
    details: [`${count(effects, 'effect')} went through`],
  }),
} as const satisfies { [K in `chat.${string}` & keyof Payloads]: (payload: Payloads[K]) => Message };

/** A link is not unfurled: Slack would fetch an invoice page that is meant for one customer. */
export function messageBody({ text, details }: Message) {
  return {
    text,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text } },
      ...(details.length > 0 ? [{ type: 'context', elements: [{ type: 'mrkdwn', text: details.join('  ·  ') }] }] : []),
    ],
    unfurl_links: false,
    unfurl_media: false,
  };
}

/** Without this, a customer called `<!channel>` would ring everybody. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function nameOf({ name, email, subjectId }: Person): string {
  return escaped(name ?? email ?? subjectId);
}

/** Not again where the address already stands for the name. */
function addressOf({ name, email }: Person): string[] {
  return name && email ? [escaped(email)] : [];
}

function link(url: string | null, words: string): string[] {
  return url ? [`<${escaped(url).replaceAll('|', '%7C')}|${words}>`] : [];
}

function invoice(number: string | null): string[] {
  return number ? [`Invoice ${escaped(number)}`] : [];
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** To the minute, for what has a deadline. */
function moment(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
