import { html } from 'hono/html';
import { emptyNote, moment } from '../inbox/parts.ts';
import type { Html } from '../vendor.ts';
import type { Mail } from './index.ts';

export function emailInbox(mails: Mail[]): Html {
  if (mails.length === 0) return emptyNote('No mails yet. A sign-in or a purchase puts one here.');
  return html`<ul class="items">${mails.toReversed().map(
    (mail) => html`<li><a class="row" href="/inbox/email/${mail.id}">
      <span class="subject">${mail.subject || 'No subject'}</span>
      <span class="muted">to ${mail.envelope.to.join(', ')} · ${moment(mail.at)}</span>
    </a></li>`,
  )}</ul>`;
}

/** One mail as its reader sees it, and below it the plain text and the headers. */
export function mailPage(mail: Mail): Html {
  return html`<p><a href="/inbox/email">All mails</a></p>
    <dl class="wide"><dt>From</dt><dd>${mail.from}</dd><dt>To</dt><dd>${mail.to.join(', ')}</dd>
      <dt>Sent</dt><dd>${mail.at.slice(0, 10)} ${moment(mail.at)} UTC</dd></dl>
    ${
      mail.html === null
        ? emptyNote('This mail has no HTML part.')
        : html`<iframe title="The mail as it looks" src="/inbox/email/${mail.id}/html"
            sandbox="allow-top-navigation-by-user-activation allow-same-origin" onload="fit(this)"></iframe>`
    }
    <h3>Plain text</h3><pre>${mail.text}</pre>
    <details><summary>Headers</summary>
      <dl class="wide">${mail.headers.map(({ name, value }) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></details>`;
}

/**
 * The mail's own HTML, for the frame. Scripts and forms are off; a link opens in the whole window, so that a sign-in
 * link works as it does from a real mailbox.
 */
export function mailHtml(mail: Mail): string {
  const links = (mail.html ?? '').replaceAll(/target=(["'])_blank\1/gi, 'target="_top"');
  const base = '<base target="_top">';
  // Inside the head, since anything before the doctype would put the page into quirks mode.
  return /<head[^>]*>/i.test(links) ? links.replace(/<head[^>]*>/i, (head) => head + base) : base + links;
}

export const mailHtmlPolicy =
  "default-src 'none'; img-src data: http: https:; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'";
