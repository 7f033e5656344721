import type { EffectKind } from '../effects/payloads.ts';
import { describeTransition } from './describe-transition.ts';
import type { TimelineEffect, TimelineEntry, TimelineEvent } from './timeline.ts';

/** How an entry stands, for the eye; the sentence says the same in words. */
export type Standing = 'ok' | 'waiting' | 'attention' | 'broken' | 'off';

export interface Described {
  sentence: string;
  standing: Standing;
}

/** One entry of the timeline, in words that need no manual. */
export function describeTimelineEntry(entry: TimelineEntry): Described {
  switch (entry.kind) {
    case 'event':
      return describeEvent(entry);
    case 'transition':
      return describeTransition(entry);
    case 'effect':
      return describeEffect(entry);
    case 'issue':
      return entry.state === 'resolved'
        ? { sentence: `Issue, now resolved: ${entry.title}`, standing: 'off' }
        : { sentence: `Issue opened: ${entry.title}`, standing: 'broken' };
    default:
      return entry satisfies never;
  }
}

const eventWords = new Map(
  Object.entries({
    'charge.dispute.closed': 'a dispute was closed',
    'charge.dispute.created': 'a payment is disputed',
    'charge.dispute.funds_reinstated': 'the money of a dispute came back',
    'charge.dispute.funds_withdrawn': 'the money of a dispute was taken',
    'charge.dispute.updated': 'a dispute changed',
    'charge.refund.updated': 'a refund changed',
    'charge.refunded': 'a payment was refunded',
    'checkout.session.async_payment_failed': 'the payment of a checkout did not arrive',
    'checkout.session.async_payment_succeeded': 'the payment of a checkout arrived',
    'checkout.session.completed': 'the checkout was completed',
    'checkout.session.expired': 'the checkout expired unpaid',
    'customer.created': 'the customer was created',
    'customer.deleted': 'the customer was deleted',
    'customer.subscription.created': 'a subscription was created',
    'customer.subscription.deleted': 'the subscription ended',
    'customer.subscription.paused': 'the subscription was paused',
    'customer.subscription.pending_update_applied': 'a change of the subscription took effect',
    'customer.subscription.pending_update_expired': 'a change of the subscription was never paid for',
    'customer.subscription.resumed': 'the subscription was resumed',
    'customer.subscription.trial_will_end': 'the trial ends soon',
    'customer.subscription.updated': 'the subscription changed',
    'customer.updated': 'the customer’s details changed',
    'entitlements.active_entitlement_summary.updated': 'what the customer is entitled to changed',
    'invoice.created': 'an invoice was drafted',
    'invoice.finalized': 'an invoice is due',
    'invoice.marked_uncollectible': 'an invoice was given up as uncollectible',
    'invoice.paid': 'an invoice was paid',
    'invoice.payment_action_required': 'the bank wants the customer to confirm a payment',
    'invoice.payment_failed': 'a payment failed',
    'invoice.payment_succeeded': 'the payment of an invoice succeeded',
    'invoice.upcoming': 'an invoice will come soon',
    'invoice.updated': 'an invoice changed',
    'invoice.voided': 'an invoice was voided',
    'payment_intent.canceled': 'a payment was given up',
    'payment_intent.payment_failed': 'a payment attempt failed',
    'payment_intent.processing': 'a payment is on its way',
    'payment_intent.succeeded': 'a payment succeeded',
    'payment_method.updated': 'a way to pay changed',
    'payment_method.attached': 'a way to pay was added',
    'payment_method.automatically_updated': 'the bank renewed a card',
    'payment_method.detached': 'a way to pay was removed',
    'price.created': 'a price was created',
    'price.deleted': 'a price was deleted',
    'price.updated': 'a price changed',
    'product.created': 'a product was created',
    'product.deleted': 'a product was deleted',
    'product.updated': 'a product changed',
    'radar.early_fraud_warning.updated': 'an early fraud warning changed',
    'radar.early_fraud_warning.created': 'the card’s bank reports a payment as fraud',
    'refund.created': 'a refund was made',
    'refund.failed': 'a refund failed',
    'refund.updated': 'a refund changed',
  }),
);

/** "Stripe said that …", or the type itself when we have no words for it. */
export function describeEventType(type: string): string {
  const words = eventWords.get(type);
  return words === undefined ? `Stripe sent ${type}` : `Stripe said that ${words}`;
}

function describeEvent(event: TimelineEvent): Described {
  const said = describeEventType(event.type);
  const how = event.origin === 'webhook' ? '' : ' We fetched it; no delivery reached us.';
  switch (event.disposition) {
    case 'ignored':
      return { sentence: `${said}. No rule uses it, so it is only kept.`, standing: 'off' };
    case 'quarantined':
      return {
        sentence: `${said}, in the other mode (test or live). It is kept apart and touches nothing.`,
        standing: 'attention',
      };
    case 'invalid':
      return { sentence: `${said}, but its content could not be read. It is kept.`, standing: 'broken' };
    case 'recorded':
      break;
    default:
      return event.disposition satisfies never;
  }
  switch (event.outcome) {
    case null:
      return { sentence: `${said}. It is recorded and not read yet.${how}`, standing: 'waiting' };
    case 'applied':
      return { sentence: `${said}.${how}`, standing: 'ok' };
    case 'stale':
      return { sentence: `${said}, but we already knew something newer. Nothing changed.${how}`, standing: 'off' };
    case 'unchanged':
      return { sentence: `${said}. We knew that already.${how}`, standing: 'off' };
    case 'unresolved':
      return { sentence: `${said}. We do not know yet whose it is.${how}`, standing: 'attention' };
    default:
      return event.outcome satisfies never;
  }
}

const effectNames = {
  'app.account': 'Account in your app',
  'crm.contact': 'Contact in the CRM',
  'email.welcome': 'Welcome mail',
  'email.payment_failed': 'Mail about the failed payment',
  'email.payment_action_required': 'Mail to confirm the payment',
  'email.order_failed': 'Mail that the order’s payment did not arrive',
  'email.trial_ending': 'Mail that the trial ends',
  'email.refunded': 'Mail about the refund',
  'email.access_ended': 'Mail that access ended',
  'helpdesk.payment_failed': 'Ticket for the failed payment',
  'helpdesk.payment_recovered': 'Note that the payment recovered',
  'helpdesk.dispute_opened': 'Ticket for the dispute',
  'helpdesk.dispute_closed': 'Note that the dispute is closed',
  'chat.sale': 'Chat message about the sale',
  'chat.payment_failed': 'Chat message about the failed payment',
  'chat.payment_action_required': 'Chat message that the bank wants confirmation',
  'chat.refunded': 'Chat message about the refund',
  'chat.dispute_opened': 'Chat alert that a payment is disputed',
  'chat.dispute_closed': 'Chat message that the dispute is closed',
  'chat.fraud_warning': 'Chat alert about reported fraud',
  'chat.access_ended': 'Chat message that access ended',
  'chat.issue_opened': 'Chat alert that an issue opened',
  'chat.issue_resolved': 'Chat message that an issue is resolved',
} as const satisfies Record<EffectKind, string>;

export function describeEffectKind(kind: string): string {
  return Object.hasOwn(effectNames, kind) ? effectNames[kind as EffectKind] : kind;
}

function describeEffect(effect: TimelineEffect): Described {
  const name = describeEffectKind(effect.effectKind);
  const isState = effect.effectKind === 'app.account' || effect.effectKind === 'crm.contact';
  const cause = effect.failure
    ? `${effect.failure.label ? `${effect.failure.label}: ` : ''}${effect.failure.reason}`
    : null;
  const because = cause === null ? '' : ` ${endSentence(cause)}`;
  const reason = effect.reason === null ? '' : ` ${endSentence(effect.reason)}`;
  const attempts = effect.attempts.filter((attempt) => attempt.purpose === 'send').length;
  const tries = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
  switch (effect.state) {
    case 'held':
      return { sentence: `${name}: held until a read from Stripe confirms the fact.`, standing: 'waiting' };
    case 'planned':
      return effect.nextAt === null
        ? { sentence: `${name}: waits for another step to finish first.`, standing: 'waiting' }
        : { sentence: `${name}: planned.${because}`, standing: 'waiting' };
    case 'sending':
      return { sentence: `${name}: being sent.`, standing: 'waiting' };
    case 'sent':
      return {
        sentence: `${name}: ${isState ? 'up to date' : 'sent'}${attempts > 1 ? ` after ${tries}` : ''}.`,
        standing: 'ok',
      };
    case 'retry_wait':
      return { sentence: `${name}: not through after ${tries}, will be tried again.${because}`, standing: 'attention' };
    case 'unknown':
      return effect.nextAt === null
        ? {
            sentence: `${name}: may or may not have arrived, and only a person can tell.${because}`,
            standing: 'attention',
          }
        : { sentence: `${name}: may or may not have arrived; we are finding out.${because}`, standing: 'waiting' };
    case 'resolving':
      return { sentence: `${name}: looking up whether it arrived.${because}`, standing: 'waiting' };
    case 'dead':
      return { sentence: `${name}: failed for good after ${tries}.${because}${reason}`, standing: 'broken' };
    case 'suppressed':
      return { sentence: `${name}: not sent.${reason}`, standing: 'off' };
    case 'replaced':
      return { sentence: `${name}: replaced by a newer version before it arrived.`, standing: 'off' };
    default:
      return effect.state satisfies never;
  }
}

function endSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
