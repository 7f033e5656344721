import type { Payloads, Person } from '@onpaid/engine';
import { formatMoney } from '@onpaid/mail';

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
      `Attempt ${attempt}${failureCode ? `: ${escaped(failureCode)}` : ''}`,
      nextAttemptAt ? `Next attempt ${day(nextAttemptAt)}` : 'No further attempt',
      ...(graceEndsAt ? [`Access until ${day(graceEndsAt)}`] : []),
    ],
  }),
  'chat.access_ended': ({ person, plan, endedAt, reason }) => ({
    text: `*${nameOf(person)}* no longer has access${plan ? ` to *${escaped(plan.name)}*` : ''}.`,
    details: [...addressOf(person), `Because: ${escaped(reason)}`, `Since ${day(endedAt)}`],
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

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
