import { html } from 'hono/html';
import { emptyNote, moment } from '../inbox/parts.ts';
import type { Html } from '../vendor.ts';
import type { HubSpotState } from './index.ts';

export function hubspotInbox({ contacts }: HubSpotState): Html {
  if (contacts.length === 0) return emptyNote('No contacts yet. The first purchase puts one here.');
  return html`<div class="scroll" tabindex="0"><table>
    <thead><tr><th>Id</th><th>E-mail</th><th>Name</th><th>Other properties</th><th>Updated</th></tr></thead>
    <tbody>${contacts.toReversed().map(({ id, properties, updatedAt, archived }) => {
      const { email, firstname, lastname, createdate, hs_object_id, ...others } = properties;
      return html`<tr>
        <td class="figure">${id}</td>
        <td>${email}${archived ? html` <span class="muted">archived</span>` : ''}</td>
        <td>${[firstname, lastname].filter(Boolean).join(' ')}</td>
        <td><dl>${Object.entries(others).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></td>
        <td class="figure">${moment(updatedAt)}</td>
      </tr>`;
    })}</tbody>
  </table></div>`;
}
