import { html } from 'hono/html';
import { isWithoutCard } from '../billing/pay-session.ts';
import type { LastFour } from '../billing/test-methods.ts';
import { every, money } from '../money.ts';
import type { CheckoutSession, LineItem } from '../objects.ts';
import { brokenIcon, offIcon, okIcon } from './icons.ts';
import { type Html, layout } from './layout.ts';
import { bankAsks, chooseMethod } from './method.ts';

export type Shown = { email: string; name: string; method?: LastFour; problem?: string };

/** The page on which a person pays. It asks for no card data, since there is no card. */
export function payPage(session: CheckoutSession, lineItems: readonly LineItem[], shown: Shown): Html {
  const total = money(session.amount_total ?? 0, session.currency ?? 'usd');
  const emailIsFixed = session.customer_details?.email != null;
  const free = isWithoutCard(session);
  return frame(
    session,
    lineItems,
    html`<h2>Your details</h2>
${shown.problem ? notice(shown.problem) : ''}
<label for="email">E-mail</label>
<input id="email" name="email" type="email" autocomplete="email" required value="${shown.email}"${emailIsFixed ? ' readonly' : ''}>
<label for="name">Name</label>
<input id="name" name="name" type="text" autocomplete="name" maxlength="200" value="${shown.name}">
${free ? '' : chooseMethod(session.payment_method_types, shown.method)}
<button class="pay" name="action" value="pay">${payWords(session, total)}</button>
${free ? '' : html`<button class="decline" name="action" value="decline">Decline the card</button>`}
${session.cancel_url ? html`<button class="leave" name="action" value="leave" formnovalidate>Leave without paying</button>` : ''}`,
  );
}

/** In the middle of paying: the bank asks, and what was typed waits. */
export function authenticatePage(session: CheckoutSession, lineItems: readonly LineItem[], shown: Shown): Html {
  return frame(
    session,
    lineItems,
    html`${bankAsks(shown.method ?? null)}
<input type="hidden" name="email" value="${shown.email}">
<input type="hidden" name="name" value="${shown.name}">
<input type="hidden" name="method" value="${shown.method ?? ''}">`,
  );
}

function payWords(session: CheckoutSession, total: string): string {
  if (session.mode === 'payment') return `Pay ${total}`;
  return session.amount_total === 0 ? 'Subscribe' : `Subscribe and pay ${total}`;
}

function frame(session: CheckoutSession, lineItems: readonly LineItem[], form: Html): Html {
  const total = money(session.amount_total ?? 0, session.currency ?? 'usd');
  const isSubscription = session.mode === 'subscription';
  const recurring = lineItems[0]?.price?.recurring;
  const off = session.total_details?.amount_discount ?? 0;
  const [first, ...others] = lineItems.map((item) => item.description ?? 'Item');
  const names = others.length === 0 ? first : `${first} and ${others.length} more`;
  return layout(
    `Pay ${total}`,
    html`<main class="checkout">
<div class="order"><div class="column">
<h1>${isSubscription ? 'Subscribe to' : 'Pay for'} ${names}</h1>
<p class="amount">${total}${recurring && session.amount_total ? html`<small>per ${every(recurring)}</small>` : ''}</p>
<ul class="lines">${lineItems.map(line)}</ul>
${off > 0 ? html`<p class="total"><span>Discount</span><span>−${money(off, session.currency ?? 'usd')}</span></p>` : ''}
<p class="total"><span>Total due today</span><span>${total}</span></p>
</div></div>
<div class="form"><form class="column" method="post">
${form}
</form></div>
</main>`,
  );
}

/** Nothing is left to pay here: what happened, and where to go. */
export function endedPage(session: CheckoutSession, continueUrl: string | null): Html {
  const complete = session.status === 'complete';
  const heading = complete ? 'This payment was already made' : 'This checkout has expired';
  const words = complete
    ? 'Nothing more is charged, however often this page is opened.'
    : 'No payment was taken. Start again from the shop to get a new checkout.';
  return layout(
    heading,
    html`<main class="done"><section>
<p class="state ${complete ? 'ok' : 'off'}">${complete ? okIcon : offIcon}${complete ? 'Paid' : 'Expired'}</p>
<h1>${heading}</h1>
<p>${words}</p>
${continueUrl ? html`<p><a href="${continueUrl}">${complete ? 'Go on to the shop' : 'Back to the shop'}</a></p>` : ''}
</section></main>`,
  );
}

export function notFoundPage(kind: string): Html {
  return layout(
    'Not found',
    html`<main class="done"><section>
<p class="state off">${offIcon}Not found</p>
<h1>There is no such ${kind}</h1>
<p>The link may be incomplete, or the sandbox was reset since. Start again from the shop.</p>
</section></main>`,
  );
}

export function notice(problem: string): Html {
  return html`<p class="notice" role="alert">${brokenIcon}<span>${problem}</span></p>`;
}

function line(item: LineItem): Html {
  const unit = money(item.price?.unit_amount ?? 0, item.currency);
  const per = item.price?.recurring ? ` per ${every(item.price.recurring)}` : '';
  return html`<li><span>${item.description ?? 'Item'}<span class="quiet">${item.quantity ?? 1} × ${unit}${per}</span></span><span>${money(item.amount_subtotal, item.currency)}</span></li>`;
}
