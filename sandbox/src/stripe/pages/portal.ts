import { html } from 'hono/html';
import { lastFourOf } from '../billing/payment-method.ts';
import { every, money } from '../money.ts';
import type { Customer, Invoice, PortalSession, Price, Subscription } from '../objects.ts';
import type { State } from '../state.ts';
import { type Html, layout } from './layout.ts';
import { chooseMethod } from './method.ts';
import { notice } from './pay.ts';

const running = ['active', 'past_due', 'trialing', 'unpaid', 'paused'];

/** Where a customer keeps their own subscription: cancel it and take that back, change the plan, change the card. */
export function portalPage(state: State, session: PortalSession, customer: Customer, problem?: string): Html {
  const { features } = state.portalConfigurations.get(String(session.configuration)) ?? {};
  const subscriptions = state.subscriptions
    .of('customer', customer.id)
    .filter((subscription) => running.includes(subscription.status));
  const invoices = state.invoices.of('customer', customer.id).filter((invoice) => invoice.status !== 'draft');
  const canCancel = features?.subscription_cancel.enabled ?? true;
  return layout(
    'Billing',
    html`<main class="checkout">
<div class="order"><div class="column">
<h1>Billing of</h1>
<p class="amount">${customer.name ?? customer.email ?? customer.id}</p>
${features?.invoice_history.enabled === false ? '' : history(invoices.reverse())}
${session.return_url ? html`<p class="quiet"><a href="${session.return_url}">Back to the shop</a></p>` : ''}
</div></div>
<div class="form"><div class="column">
${problem ? notice(problem) : ''}
${subscriptions.length === 0 ? html`<p class="quiet">There is no subscription to manage.</p>` : ''}
${subscriptions.map((subscription) => oneSubscription(state, subscription, canCancel))}
${features?.payment_method_update.enabled === false ? '' : card(state, customer)}
</div></div>
</main>`,
  );
}

function oneSubscription(state: State, subscription: Subscription, canCancel: boolean): Html {
  const [item] = subscription.items.data;
  const price = item?.price;
  const others = price ? otherPlans(state, subscription, price) : [];
  const ends = subscription.cancel_at;
  return html`<form method="post">
<h2>${price ? planWords(state, price) : 'Subscription'}</h2>
<p class="quiet">${ends ? `Ends on ${day(ends)}` : item ? `Renews on ${day(item.current_period_end)}` : ''}</p>
<input type="hidden" name="subscription" value="${subscription.id}">
${
  others.length > 0
    ? html`<label for="price-${subscription.id}">Another plan</label>
<select id="price-${subscription.id}" name="price">${others.map((other) => html`<option value="${other.id}">${planWords(state, other)}</option>`)}</select>
<button class="decline" name="action" value="change">Change the plan</button>`
    : ''
}
${
  ends
    ? html`<button class="pay" name="action" value="keep">Keep the subscription</button>`
    : canCancel
      ? html`<button class="decline" name="action" value="cancel">Cancel at the end of the period</button>`
      : ''
}
</form>`;
}

function card(state: State, customer: Customer): Html {
  const method = state.paymentMethods.get(customer.invoice_settings.default_payment_method ?? '');
  return html`<form method="post">
<h2>Payment method</h2>
${method ? html`<p class="quiet">Now the one ending in ${lastFourOf(method)}.</p>` : ''}
${chooseMethod(['card', 'sepa_debit'])}
<button class="pay" name="action" value="card">Use this one from now on</button>
</form>`;
}

function history(invoices: readonly Invoice[]): Html {
  return html`<ul class="lines">${invoices.map(
    (invoice) =>
      html`<li><span><a href="/i/${invoice.id}">${invoice.number}</a><span class="quiet">${day(invoice.created)}, ${invoice.status}</span></span><span>${money(invoice.total, invoice.currency)}</span></li>`,
  )}</ul>`;
}

function otherPlans(state: State, subscription: Subscription, current: Price): Price[] {
  return [...state.prices.values()].filter(
    (price) => price.active && price.recurring && price.currency === subscription.currency && price.id !== current.id,
  );
}

function planWords(state: State, price: Price): string {
  const name = price.nickname ?? state.products.get(price.product)?.name ?? 'Plan';
  const per = price.recurring ? ` a ${every(price.recurring)}` : '';
  return `${name}: ${money(price.unit_amount ?? 0, price.currency)}${per}`;
}

function day(seconds: number): string {
  return new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' }).format(seconds * 1000);
}
