import { html } from 'hono/html';
import { emptyNote, moment } from '../inbox/parts.ts';
import type { Html } from '../vendor.ts';
import type { ZendeskState } from './index.ts';

export function zendeskInbox({ tickets, users }: ZendeskState): Html {
  if (tickets.length === 0) return emptyNote('No tickets yet. A failed payment puts one here.');
  return html`<ul class="items">${tickets.toReversed().map((ticket) => {
    const requester = users.find(({ id }) => id === ticket.requester_id);
    return html`<li>
      <header>
        <h3><span class="figure muted">#${ticket.id}</span> ${ticket.subject}</h3>
        <p class="muted">${ticket.status}${ticket.priority ? ` · ${ticket.priority}` : ''} · ${requester?.name}
          (${requester?.email ?? 'no e-mail'}) · changed ${moment(ticket.updated_at)}</p>
        ${ticket.tags.length > 0 ? html`<p>${ticket.tags.map((tag) => html`<span class="tag">${tag}</span> `)}</p>` : ''}
      </header>
      ${ticket.comments.map(
        (comment) => html`<div class="message">
          <p class="muted">${comment.public ? 'Public' : 'Internal'} · ${moment(comment.created_at)}</p>
          <pre>${comment.body}</pre>
        </div>`,
      )}
    </li>`;
  })}</ul>`;
}
