import { type Access, awaitsFirstMoney } from '../billing/access.ts';
import { type BillingState, find } from '../billing/state.ts';
import { objectOf, type Transition } from '../billing/transitions.ts';
import type { Policy } from '../config.ts';
import type { Summary } from '../customers/summary.ts';
import { type CatalogEntry, catalog, effectId } from './catalog.ts';
import type { Slot } from './connection.ts';
import {
  asksToConfirm,
  confirmationOf,
  disputeOf,
  failureOf,
  planOf,
  planOfOrder,
  priceOf,
  purchaseOf,
  refundOf,
} from './payload-of.ts';
import type { EffectKind, Payloads, Person } from './payloads.ts';

/** One row the ledger should hold, as plain data: it can be printed, tested, diffed. */
export type PlannedEffect = {
  [K in EffectKind]: {
    id: string;
    kind: K;
    /** Held until a verified read covers it. */
    held: boolean;
    /** Not said, and why, when the fact is too old or its slot has nothing to do. */
    suppressed: string | null;
    afterId: string | null;
    payload: Payloads[K];
    /** Stripe's time of the fact. */
    occurredAt: Date;
  };
}[EffectKind];

export interface PlanInput {
  after: BillingState;
  accessBefore: Access;
  accessAfter: Access;
  transitions: Transition[];
  summary: Summary;
  policy: Policy;
  /** The configured slots; nothing is planned for others. */
  slots: ReadonlySet<Slot>;
  /** When this installation went live: older facts are not said. */
  liveSince: Date;
  now: Date;
  baseUrl: string;
  verification: 'provisional' | 'verified' | 'no_key';
  customer: {
    id: string;
    /** What the permanent names of their account and contact are made of. */
    originSubjectId: string;
    emailVerified: boolean;
    /** Access was given at some time, so there is an account to keep in step. */
    everAllowed: boolean;
    firstPaidAt: Date | null;
  };
}

/** What should happen, given what changed. Pure: the same facts always give the same list, under the same permanent names. */
export function planEffects(input: PlanInput): PlannedEffect[] {
  const { after, slots } = input;
  const { email, name, locale } = input.summary;
  const situation: Situation = { ...input, person: { subjectId: after.subjectId, email, name, locale } };
  const effects = [...stateEffects(situation), ...input.transitions.flatMap((it) => effectsOf(it, situation))];
  return effects
    .filter((effect) => slots.has(catalog[effect.kind].slot))
    .map((effect) => (isParentConfigured(effect.kind, slots) ? effect : { ...effect, afterId: null }));
}

interface Situation extends PlanInput {
  person: Person;
}

/**
 * Desired states are planned every time: the ledger leaves an equal one alone. An account exists from the first access on; a
 * contact from the moment there is something to say about payment.
 */
function stateEffects(situation: Situation): PlannedEffect[] {
  const { accessAfter, customer, summary, now } = situation;
  const effects: PlannedEffect[] = [];
  const { email, name } = summary;
  if (accessAfter.allow || situation.accessBefore.allow || customer.everAllowed) {
    const { allow, reason, plans, grants, until } = accessAfter;
    const account = { customerId: customer.id, email, name, access: allow, reason: reason.code, plans, grants, until };
    effects.push(say(situation, 'app.account', customer.originSubjectId, account, now));
  }
  if (summary.billing !== 'pending_payment' || customer.everAllowed) {
    const properties = {
      billing_status: summary.billing,
      plan: summary.plan,
      has_access: accessAfter.allow,
      amount_cents: summary.amountCents,
      currency: summary.currency,
      renews_at: summary.renewsAt,
      first_paid_at: customer.firstPaidAt,
    };
    const contact = { customerId: customer.id, email, emailVerified: customer.emailVerified, name, properties };
    effects.push(say(situation, 'crm.contact', customer.originSubjectId, contact, now));
  }
  return effects;
}

function effectsOf(transition: Transition, situation: Situation): PlannedEffect[] {
  const { after, person, baseUrl, occurredAt, objectId } = { ...situation, ...transition };
  switch (transition.kind) {
    case 'purchased': {
      const purchase = purchaseOf(situation, objectId, occurredAt);
      const afterId = effectId('app.account', situation.customer.originSubjectId);
      return [
        say(situation, 'email.welcome', objectId, purchase, occurredAt, afterId),
        say(situation, 'chat.sale', objectId, purchase, occurredAt),
      ];
    }
    case 'invoice_payment_failed': {
      const invoice = find(after, 'invoice', objectId);
      if (invoice === undefined) return [];
      const failed = failureOf(situation, invoice, transition.attempt);
      // The bank asks the customer to confirm: that has a mail of its own, and is no failure yet.
      if (asksToConfirm(invoice, transition.attempt)) return [];
      return [
        say(situation, 'helpdesk.payment_failed', objectId, failed, occurredAt),
        say(situation, 'email.payment_failed', `${objectId}:${transition.attempt}`, failed, occurredAt),
        say(situation, 'chat.payment_failed', objectId, failed, occurredAt),
      ];
    }
    case 'invoice_paid': {
      if (!transition.recovered) return [];
      const { amountCents, currency } = transition;
      const invoiceNumber = find(after, 'invoice', objectId)?.number ?? null;
      const recovered = { person, invoiceId: objectId, invoiceNumber, paid: { amountCents, currency } };
      const ticketId = effectId('helpdesk.payment_failed', objectId);
      return [say(situation, 'helpdesk.payment_recovered', objectId, recovered, occurredAt, ticketId)];
    }
    case 'access_ended': {
      if (wasNeverPaidFor(situation)) return [];
      // Access can end again after it was regained, so the episode is part of the fact.
      const fact = transition.key.replace(/^access_ended:/, '');
      const plan = planOf(find(after, 'subscription', objectId), situation.policy);
      const ended = { person, plan, endedAt: occurredAt, reason: transition.reason };
      return [
        say(situation, 'email.access_ended', fact, ended, occurredAt),
        say(situation, 'chat.access_ended', fact, ended, occurredAt),
      ];
    }
    case 'payment_action_required': {
      const invoice = find(after, 'invoice', objectId);
      if (invoice === undefined) return [];
      const asked = confirmationOf(situation, invoice, transition.attempt);
      const fact = `${objectId}:${transition.attempt}`;
      return [
        say(situation, 'email.payment_action_required', fact, asked, occurredAt),
        say(situation, 'chat.payment_action_required', fact, asked, occurredAt),
      ];
    }
    case 'checkout_failed': {
      const checkout = find(after, 'checkout', objectId);
      if (checkout === undefined) return [];
      const { amountTotalCents, currency } = checkout;
      const due = amountTotalCents !== null && currency !== null ? { amountCents: amountTotalCents, currency } : null;
      const failed = { person, plan: planOfOrder(checkout, situation.policy), due, retryUrl: `${baseUrl}/pricing` };
      return [say(situation, 'email.order_failed', objectId, failed, occurredAt)];
    }
    case 'trial_ending': {
      const subscription = find(after, 'subscription', objectId);
      if (subscription === undefined) return [];
      const ending = {
        person,
        plan: planOf(subscription, situation.policy),
        trialEndsAt: new Date(transition.endsAt),
        firstCharge: priceOf(subscription),
        manageUrl: `${baseUrl}/account`,
      };
      return [say(situation, 'email.trial_ending', objectId, ending, occurredAt)];
    }
    case 'refunded': {
      const refunded = refundOf(situation, objectId, transition);
      return [
        say(situation, 'email.refunded', objectId, refunded, occurredAt),
        say(situation, 'chat.refunded', objectId, refunded, occurredAt),
      ];
    }
    case 'dispute_opened': {
      const dispute = find(after, 'dispute', objectId);
      if (dispute === undefined) return [];
      const { reason, respondBy } = dispute;
      const opened = { ...disputeOf(situation, dispute), reason, respondBy };
      return [
        say(situation, 'helpdesk.dispute_opened', objectId, opened, occurredAt),
        say(situation, 'chat.dispute_opened', objectId, opened, occurredAt),
      ];
    }
    case 'dispute_closed': {
      const dispute = find(after, 'dispute', objectId);
      if (dispute === undefined) return [];
      const closed = { ...disputeOf(situation, dispute), outcome: transition.outcome };
      const ticketId = effectId('helpdesk.dispute_opened', objectId);
      return [
        say(situation, 'helpdesk.dispute_closed', objectId, closed, occurredAt, ticketId),
        say(situation, 'chat.dispute_closed', objectId, closed, occurredAt),
      ];
    }
    case 'fraud_warned': {
      const warning = find(after, 'fraud_warning', objectId);
      // Already refunded or disputed: there is nothing left to do about it.
      if (warning === undefined || !warning.actionable) return [];
      const charge = find(after, 'charge', warning.chargeId);
      const warned = {
        person,
        warningId: objectId,
        chargeId: warning.chargeId,
        fraudType: warning.fraudType,
        charged: charge ? { amountCents: charge.amountCents, currency: charge.currency } : null,
      };
      return [say(situation, 'chat.fraud_warning', objectId, warned, occurredAt)];
    }
    case 'subscription_status':
    case 'plan_changed':
    case 'collection_paused':
    case 'collection_resumed':
    case 'customer_deleted':
    case 'cancel_scheduled':
    case 'cancel_withdrawn':
    case 'access_granted':
    case 'email_changed':
      // Told by the desired states alone.
      return [];
    default:
      return transition satisfies never;
  }
}

/**
 * Believed for a moment, before we learned that the first money for it is still to come: that was no access anybody counts on,
 * so nobody is told of its end. Where the policy gives it meanwhile, it is.
 */
function wasNeverPaidFor({ after, accessBefore }: Situation): boolean {
  if (accessBefore.reason.code === 'payment_processing') return false;
  const given = find(after, 'subscription', objectOf(accessBefore) ?? '');
  return given !== undefined && awaitsFirstMoney(after, given);
}

/** Gates the effect by what its kind's entry in the catalog asks for. */
function say<K extends EffectKind>(
  situation: Situation,
  kind: K,
  fact: string,
  payload: Payloads[K],
  occurredAt: Date,
  afterId: string | null = null,
): PlannedEffect {
  const entry: CatalogEntry = catalog[kind];
  const isUnproven = { provisional: true, verified: false, no_key: entry.withoutKey === 'hold' }[
    situation.verification
  ];
  const suppressed = tooOldToSay(entry, occurredAt, situation);
  const held = suppressed === null && entry.gate === 'verified' && isUnproven;
  // The compiler cannot follow that kind and payload belong together through the union.
  return { id: effectId(kind, fact), kind, held, suppressed, afterId, payload, occurredAt } as PlannedEffect;
}

function tooOldToSay(entry: CatalogEntry, occurredAt: Date, { liveSince, now }: Situation): string | null {
  if (entry.shape === 'state') return null;
  if (occurredAt < liveSince) return 'It happened before this installation went live.';
  if (entry.maxAgeHours === null) return null;
  const hours = Math.floor((now.getTime() - occurredAt.getTime()) / 3_600_000);
  return hours < entry.maxAgeHours
    ? null
    : `It was ${hours} hours old when we learned of it; it is said for ${entry.maxAgeHours}.`;
}

function isParentConfigured(kind: EffectKind, slots: ReadonlySet<Slot>): boolean {
  const entry: CatalogEntry = catalog[kind];
  return entry.after !== undefined && slots.has(catalog[entry.after.kind].slot);
}
