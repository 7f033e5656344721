import type { Transition } from '../billing/transitions.ts';
import type { Described, Standing } from './describe.ts';
import { formatMoney } from './money.ts';
import type { TimelineTransition } from './timeline.ts';

/** What changed, in one sentence, from the fact's name and what was kept of it. */
export function describeTransition({ fact, detail, confidence }: TimelineTransition): Described {
  // A newer version of ours may have written facts that this one has no words for.
  const tell = Object.hasOwn(sentences, fact) ? sentences[fact] : undefined;
  const [sentence, standing]: Told = tell ? tell(detail) : [`${fact.replaceAll('_', ' ')}.`, 'ok'];
  if (confidence === 'verified') return { sentence, standing };
  return {
    sentence: `${sentence} Not yet confirmed by a read from Stripe.`,
    standing: standing === 'ok' ? 'waiting' : standing,
  };
}

type Detail = Record<string, unknown>;
type Told = [sentence: string, standing: Standing];

/** Every fact there is, and those that older rows may hold. */
const sentences: { [K in Transition['kind']]: (detail: Detail) => Told } & Record<string, (detail: Detail) => Told> = {
  purchased: () => ['First purchase.', 'ok'],
  checkout_failed: () => ['The payment of an order did not arrive.', 'broken'],
  invoice_paid: (detail) => {
    const recovered = detail.recovered === true ? ', after a failed attempt' : '';
    return [`${moneyIn(detail) ?? 'An invoice was'} paid${recovered}.`, 'ok'];
  },
  invoice_payment_failed: (detail) => [`Payment attempt${numberIn(detail.attempt)} failed.`, 'broken'],
  payment_action_required: (detail) => [
    `The bank wants the customer to confirm payment attempt${numberIn(detail.attempt)}.`,
    'waiting',
  ],
  refunded: (detail) => {
    const extent =
      detail.whole === true ? ', the whole payment' : detail.whole === false ? ', a part of a payment' : '';
    return [`${moneyIn(detail) ?? 'A payment was'} refunded${extent}.`, 'ok'];
  },
  dispute_opened: (detail) => [`A payment is disputed: ${textIn(detail.reason) ?? 'no reason given'}.`, 'broken'],
  dispute_closed: ({ outcome }) => [
    `Dispute closed: ${textIn(outcome) ?? 'outcome unknown'}.`,
    outcome === 'won' || outcome === 'withdrawn' ? 'ok' : 'attention',
  ],
  fraud_warned: (detail) => [
    `The card’s bank reports a payment as fraud: ${textIn(detail.fraudType) ?? 'no reason given'}.`,
    'attention',
  ],
  subscription_status: (detail) => [
    `Subscription: ${textIn(detail.from) ?? 'new'} → ${textIn(detail.to) ?? 'unknown'}.`,
    standingOf(detail.to),
  ],
  trial_ending: (detail) => [`Trial ends${dayIn(' on ', detail.endsAt) || ' soon'}.`, 'waiting'],
  collection_paused: () => ['Collecting payments is paused.', 'attention'],
  collection_resumed: () => ['Payments are collected again.', 'ok'],
  plan_changed: (detail) => [`Plan: ${textIn(detail.from) ?? 'none'} → ${textIn(detail.to) ?? 'none'}.`, 'ok'],
  cancel_scheduled: (detail) => [`Cancellation scheduled${dayIn(' for ', detail.endsAt)}.`, 'attention'],
  cancel_withdrawn: () => ['Cancellation withdrawn.', 'ok'],
  access_granted: (detail) => [`Access given: ${textIn(detail.reason) ?? 'paid'}.`, 'ok'],
  access_ended: (detail) => [`Access ended: ${textIn(detail.reason) ?? 'not paid'}.`, 'attention'],
  email_changed: () => ['E-mail address changed.', 'ok'],
  customer_deleted: () => ['The customer was deleted at Stripe.', 'off'],
};

/** How a subscription in this status stands, for the eye. */
function standingOf(status: unknown): Standing {
  if (status === 'active' || status === 'trialing') return 'ok';
  if (status === 'incomplete') return 'waiting';
  return status === 'past_due' || status === 'unpaid' ? 'attention' : 'off';
}

function textIn(value: unknown): string | null {
  return typeof value === 'string' ? value.replaceAll('_', ' ') : null;
}

function numberIn(value: unknown): string {
  return typeof value === 'number' ? ` ${value}` : '';
}

function dayIn(word: string, value: unknown): string {
  return typeof value === 'string' ? `${word}${value.slice(0, 10)}` : '';
}

function moneyIn({ amountCents, currency }: Detail): string | null {
  return typeof amountCents === 'number' && typeof currency === 'string' ? formatMoney(amountCents, currency) : null;
}
