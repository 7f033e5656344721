import type { Access } from '../billing/access.ts';
import { type BillingState, find, type Invoice } from '../billing/state.ts';
import { asksToConfirm } from './payload-of.ts';
import type { EffectKind, Payloads } from './payloads.ts';

export type HeldEffect = { [K in EffectKind]: { id: string; kind: K; payload: Payloads[K] } }[EffectKind];

/** After a verified read: which held effects still tell the truth, and which have been overtaken. */
export function reviewHeld(
  held: HeldEffect[],
  state: BillingState,
  access: Access,
): { release: string[]; suppress: { id: string; reason: string }[] } {
  const release: string[] = [];
  const suppress: { id: string; reason: string }[] = [];
  for (const effect of held) {
    const overtaken = whatOvertook(effect, state, access);
    if (overtaken === null) release.push(effect.id);
    else suppress.push({ id: effect.id, reason: overtaken });
  }
  return { release, suppress };
}

function whatOvertook(effect: HeldEffect, state: BillingState, access: Access): string | null {
  switch (effect.kind) {
    case 'email.payment_failed':
    case 'helpdesk.payment_failed':
    case 'chat.payment_failed': {
      const invoice = find(state, 'invoice', effect.payload.invoiceId);
      if (invoice === undefined) return 'Stripe no longer has this invoice.';
      if (asksToConfirm(invoice, effect.payload.attempt)) {
        return 'The bank asked the customer to confirm the payment, which is said in a message of its own.';
      }
      return whatSettled(invoice);
    }
    case 'email.payment_action_required':
    case 'chat.payment_action_required': {
      const invoice = find(state, 'invoice', effect.payload.invoiceId);
      return invoice === undefined ? 'Stripe no longer has this invoice.' : whatSettled(invoice);
    }
    case 'email.trial_ending': {
      const subscription = find(state, 'subscription', effect.id.replace(/^trial_ending:(.*)@email$/, '$1'));
      if (subscription?.status !== 'trialing') return 'Stripe says the trial is over.';
      return subscription.cancelAt === null ? null : 'The subscription ends with the trial.';
    }
    case 'email.order_failed': {
      const order = find(state, 'checkout', effect.id.replace(/^order_failed:(.*)@email$/, '$1'));
      return order?.paymentStatus === 'paid' ? 'Stripe says the order is paid.' : null;
    }
    case 'email.access_ended':
    case 'chat.access_ended':
      return access.allow ? 'Stripe says that access goes on.' : null;
    default:
      return null;
  }
}

function whatSettled(invoice: Invoice): string | null {
  const isOwed = invoice.status === 'open' || invoice.status === 'uncollectible';
  return isOwed ? null : `Stripe says the invoice is ${invoice.status}.`;
}
