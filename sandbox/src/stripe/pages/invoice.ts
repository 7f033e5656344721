import { html } from 'hono/html';
import { paymentOf } from '../billing/invoice.ts';
import { lastFourOf } from '../billing/payment-method.ts';
import { money } from '../money.ts';
import type { Invoice } from '../objects.ts';
import type { State } from '../state.ts';
import { offIcon, okIcon, waitingIcon } from './icons.ts';
import { type Html, layout } from './layout.ts';
import { bankAsks, chooseMethod } from './method.ts';
import { notice } from './pay.ts';

const states = {
  paid: { icon: okIcon, tone: 'ok', word: 'Paid' },
  open: { icon: waitingIcon, tone: 'waiting', word: 'Waiting for payment' },
  other: { icon: offIcon, tone: 'off', word: 'Not to be paid' },
} as const;

/** The invoice as its customer sees it, with a way to pay it while it is open. */
export function invoicePage(state: State, invoice: Invoice, problem?: string): Html {
  const isOpen = invoice.status === 'open';
  const shown = isOpen ? states.open : invoice.status === 'paid' ? states.paid : states.other;
  const total = money(invoice.total, invoice.currency);
  return layout(
    `Invoice ${invoice.number}`,
    html`<main class="checkout">
<div class="order"><div class="column">
<h1>Invoice ${invoice.number}</h1>
<p class="amount">${total}</p>
<ul class="lines">${invoice.lines.data.map(
      (line) =>
        html`<li><span>${line.description}<span class="quiet">${day(line.period.start)} to ${day(line.period.end)}</span></span><span>${money(line.amount, line.currency)}</span></li>`,
    )}</ul>
<p class="total"><span>Still to pay</span><span>${money(invoice.amount_remaining, invoice.currency)}</span></p>
</div></div>
<div class="form"><form class="column" method="post">
<p class="state ${shown.tone}">${shown.icon}${shown.word}</p>
<h2>${invoice.customer_name ?? invoice.customer_email ?? 'Customer'}</h2>
${problem ? notice(problem) : ''}
${isOpen ? waysToPay(invoice, paymentOf(state, invoice)?.intent.status) : html`<p class="quiet">${paidWords(state, invoice)}</p>`}
</form></div>
</main>`,
  );
}

function waysToPay(invoice: Invoice, status: string | undefined): Html {
  if (status === 'requires_action') return bankAsks(null);
  if (status === 'processing') return html`<p class="quiet">The bank was asked, and takes some days to answer.</p>`;
  return html`${chooseMethod(['card', 'sepa_debit'])}
<button class="pay" name="action" value="pay">Pay ${money(invoice.amount_remaining, invoice.currency)}</button>
<button class="decline" name="action" value="decline">Decline the card</button>`;
}

function paidWords(state: State, invoice: Invoice): string {
  const at = invoice.status_transitions.paid_at;
  const method = state.paymentMethods.get(paymentOf(state, invoice)?.intent.payment_method ?? '');
  if (!at || !method) return 'Nothing is left to do.';
  return `Paid on ${day(at)} with the ${method.card ? 'card' : 'account'} ending in ${lastFourOf(method)}. Nothing is left to do.`;
}

function day(seconds: number): string {
  return new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' }).format(seconds * 1000);
}
