import { html } from 'hono/html';
import { type LastFour, lastFours, testMethods } from '../billing/test-methods.ts';
import { cardIcon } from './icons.ts';
import type { Html } from './layout.ts';

// 3184 is for the API; on a page it would be a second choice of the same words.
const shown = lastFours.filter((lastFour) => lastFour !== '3184');

/** Which pretend card or bank account pays, by its last four: there is nothing more of it. */
export function chooseMethod(types: readonly string[], chosen: LastFour = '4242'): Html {
  const offered = shown.filter((lastFour) => types.includes(testMethods[lastFour].type));
  return html`<label for="method">Pretend card or bank account</label>
<div class="choice">${cardIcon}<select id="method" name="method">${offered.map(
    (lastFour) =>
      html`<option value="${lastFour}"${lastFour === chosen ? ' selected' : ''}>${kindOf(lastFour)} ending in ${lastFour}: ${testMethods[lastFour].title}</option>`,
  )}</select></div>`;
}

function kindOf(lastFour: LastFour): string {
  return testMethods[lastFour].type === 'card' ? 'Card' : 'Account';
}

/** What the bank asks in the middle of a payment. */
export function bankAsks(lastFour: string | null): Html {
  return html`<h2>Your bank wants to know that it is you</h2>
<p class="quiet">The card ending in ${lastFour ?? '3155'} asks its owner to authenticate before it pays.</p>
<button class="pay" name="action" value="authenticate">Authenticate</button>
<button class="decline" name="action" value="deny">Deny</button>`;
}
