import { html } from 'hono/html';
import type { Html } from '../vendor.ts';

export function emptyNote(sentence: string): Html {
  return html`<p class="empty">${sentence}</p>`;
}

/** The time of day in UTC, the whole moment on hover. */
export function moment(iso: string): Html {
  const { date, time } = partsOf(iso);
  return html`<time datetime="${iso}" title="${date} ${time} UTC">${time.slice(0, 8)}</time>`;
}

function partsOf(iso: string): { date: string; time: string } {
  return { date: iso.slice(0, 10), time: iso.slice(11, 23) };
}
