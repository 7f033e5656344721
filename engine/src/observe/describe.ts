import type { EffectKind } from '../effects/payloads.ts';
import type { TimelineEffect, TimelineEntry, TimelineEvent, TimelineTransition } from './timeline.ts';

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

const eventWords: Record<string, string> = {
  'checkout.session.completed': 'the checkout was completed',
  'checkout.session.expired': 'the checkout expired unpaid',
  'customer.created': 'the customer was created',
  'customer.updated': 'the customer’s details changed',
  'customer.deleted': 'the customer was deleted',
  'customer.subscription.created': 'a subscription was created',
  'customer.subscription.updated': 'the subscription changed',
  'customer.subscription.deleted': 'the subscription ended',
  'invoice.paid': 'an invoice was paid',
  'invoice.payment_failed': 'a payment failed',
};

/** "Stripe said that …", or the type itself when we have no words for it. */
export function describeEventType(type: string): string {
  const words = eventWords[type];
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

function describeTransition({ fact, detail, confidence }: TimelineTransition): Described {
  const text = (name: string): string | null => {
    const value = detail[name];
    return typeof value === 'string' ? value.replaceAll('_', ' ') : null;
  };
  const unconfirmed = confidence === 'provisional' ? ' Not yet confirmed by a read from Stripe.' : '';
  const say = (sentence: string, standing: Standing): Described => ({
    sentence: `${sentence}${unconfirmed}`,
    standing: confidence === 'provisional' && standing === 'ok' ? 'waiting' : standing,
  });
  switch (fact) {
    case 'purchased':
      return say('First purchase.', 'ok');
    case 'invoice_paid': {
      const paid = moneyIn(detail);
      return say(
        `${paid ?? 'An invoice was'} paid${detail.recovered === true ? ', after a failed attempt' : ''}.`,
        'ok',
      );
    }
    case 'invoice_payment_failed':
      return say(`Payment attempt ${detail.attempt ?? ''} failed.`.replace('  ', ' '), 'broken');
    case 'subscription_status':
      return say(`Subscription: ${text('from') ?? 'new'} → ${text('to') ?? 'unknown'}.`, standingOf(detail.to));
    case 'plan_changed':
      return say(`Plan: ${text('from') ?? 'none'} → ${text('to') ?? 'none'}.`, 'ok');
    case 'cancel_scheduled':
      return say(`Cancellation scheduled${dayIn(detail.endsAt)}.`, 'attention');
    case 'cancel_withdrawn':
      return say('Cancellation withdrawn.', 'ok');
    case 'access_granted':
      return say(`Access given: ${text('reason') ?? 'paid'}.`, 'ok');
    case 'access_ended':
      return say(`Access ended: ${text('reason') ?? 'not paid'}.`, 'attention');
    case 'email_changed':
      return say('E-mail address changed.', 'ok');
    default:
      // A newer version of ours may have written facts that this one has no words for.
      return say(`${fact.replaceAll('_', ' ')}.`, 'ok');
  }
}

const effectNames = {
  'app.account': 'Account in your app',
  'crm.contact': 'Contact in the CRM',
  'email.welcome': 'Welcome mail',
  'email.payment_failed': 'Mail about the failed payment',
  'email.access_ended': 'Mail that access ended',
  'helpdesk.payment_failed': 'Ticket for the failed payment',
  'helpdesk.payment_recovered': 'Note that the payment recovered',
  'chat.sale': 'Chat message about the sale',
  'chat.payment_failed': 'Chat message about the failed payment',
  'chat.access_ended': 'Chat message that access ended',
  'chat.issue_opened': 'Chat alert that an issue opened',
  'chat.issue_resolved': 'Chat message that an issue is resolved',
} as const satisfies Record<EffectKind, string>;

export function describeEffectKind(kind: string): string {
  return kind in effectNames ? effectNames[kind as EffectKind] : kind;
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

/** How a subscription in this status stands, for the eye. */
function standingOf(status: unknown): Standing {
  if (status === 'active' || status === 'trialing') return 'ok';
  if (status === 'incomplete') return 'waiting';
  return status === 'past_due' || status === 'unpaid' ? 'attention' : 'off';
}

function dayIn(value: unknown): string {
  return typeof value === 'string' ? ` for ${value.slice(0, 10)}` : '';
}

function moneyIn({ amountCents, currency }: Record<string, unknown>): string | null {
  if (typeof amountCents !== 'number' || typeof currency !== 'string') return null;
  const format = new Intl.NumberFormat('en', {
    style: 'currency',
    currency: currency.toUpperCase(),
    trailingZeroDisplay: 'stripIfInteger',
  });
  return format.format(amountCents / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}
