import { z } from 'zod';
import type { BillingObject, Checkout, Invoice, Stamp } from './state.ts';
import { understand } from './stripe-shapes.ts';

/**
 * Every event type we act on, one entry each: which kind of object it carries, how far along that object's life it speaks,
 * and what the event itself tells beyond the object. All other types are kept and counted.
 */
interface EventType {
  object: BillingObject['kind'];
  /** Orders events of one object within one second, after the object's own phase. */
  rank: number;
  /** Stripe no longer has the object. */
  deletes?: true;
  /** The object it carries is no object yet, such as an invoice to come: the event only says whom to look at. */
  names?: true;
  /** What only the event says, such as that a payment has failed. */
  tells?: (object: BillingObject, occurredAt: Date) => BillingObject;
}

const eventTypes = {
  'checkout.session.completed': { object: 'checkout', rank: 20 },
  'checkout.session.async_payment_succeeded': { object: 'checkout', rank: 40 },
  'checkout.session.async_payment_failed': { object: 'checkout', rank: 40, tells: checkoutFailed },
  'checkout.session.expired': { object: 'checkout', rank: 50 },

  'customer.created': { object: 'customer', rank: 10 },
  'customer.updated': { object: 'customer', rank: 20 },
  'customer.deleted': { object: 'customer', rank: 90, deletes: true },

  'customer.subscription.created': { object: 'subscription', rank: 10 },
  'customer.subscription.updated': { object: 'subscription', rank: 20 },
  'customer.subscription.trial_will_end': { object: 'subscription', rank: 20 },
  'customer.subscription.pending_update_applied': { object: 'subscription', rank: 20 },
  'customer.subscription.pending_update_expired': { object: 'subscription', rank: 20 },
  'customer.subscription.paused': { object: 'subscription', rank: 30 },
  'customer.subscription.resumed': { object: 'subscription', rank: 40 },
  'customer.subscription.deleted': { object: 'subscription', rank: 90 },

  'invoice.created': { object: 'invoice', rank: 10 },
  'invoice.upcoming': { object: 'invoice', rank: 0, names: true },
  'invoice.updated': { object: 'invoice', rank: 20 },
  'invoice.finalized': { object: 'invoice', rank: 20 },
  'invoice.payment_failed': { object: 'invoice', rank: 30, tells: paymentFailed },
  'invoice.payment_action_required': { object: 'invoice', rank: 30, tells: confirmationAsked },
  'invoice.marked_uncollectible': { object: 'invoice', rank: 40 },
  'invoice.voided': { object: 'invoice', rank: 50 },
  'invoice.paid': { object: 'invoice', rank: 50 },
  'invoice.payment_succeeded': { object: 'invoice', rank: 50 },

  'payment_intent.processing': { object: 'payment', rank: 20 },
  'payment_intent.payment_failed': { object: 'payment', rank: 30 },
  'payment_intent.canceled': { object: 'payment', rank: 40 },
  'payment_intent.succeeded': { object: 'payment', rank: 50 },

  'charge.refunded': { object: 'charge', rank: 30 },
  'charge.refund.updated': { object: 'refund', rank: 20 },
  'refund.created': { object: 'refund', rank: 10 },
  'refund.updated': { object: 'refund', rank: 20 },
  'refund.failed': { object: 'refund', rank: 30 },

  'charge.dispute.created': { object: 'dispute', rank: 10 },
  'charge.dispute.updated': { object: 'dispute', rank: 20 },
  'charge.dispute.funds_withdrawn': { object: 'dispute', rank: 20 },
  'charge.dispute.funds_reinstated': { object: 'dispute', rank: 30 },
  'charge.dispute.closed': { object: 'dispute', rank: 40 },
  'radar.early_fraud_warning.created': { object: 'fraud_warning', rank: 10 },
  'radar.early_fraud_warning.updated': { object: 'fraud_warning', rank: 20 },

  'payment_method.attached': { object: 'payment_method', rank: 10 },
  'payment_method.updated': { object: 'payment_method', rank: 20 },
  'payment_method.automatically_updated': { object: 'payment_method', rank: 20 },
  'payment_method.detached': { object: 'payment_method', rank: 90, deletes: true },

  'entitlements.active_entitlement_summary.updated': { object: 'entitlements', rank: 20 },

  'product.created': { object: 'product', rank: 10 },
  'product.updated': { object: 'product', rank: 20 },
  'product.deleted': { object: 'product', rank: 90, deletes: true },
  'price.created': { object: 'price', rank: 10 },
  'price.updated': { object: 'price', rank: 20 },
  'price.deleted': { object: 'price', rank: 90, deletes: true },
} as const satisfies Record<string, EventType>;

type HandledType = keyof typeof eventTypes;
export const handledTypes: ReadonlySet<string> = new Set(Object.keys(eventTypes));

/** What a verified read says ranks like an update. */
const READ_RANK = 20;

/** An event in our own words, ready to be projected. */
export interface ProjectableEvent {
  id: string;
  type: string;
  object: BillingObject;
  /** The object as it was before this event, where previous_attributes tell. */
  previous: BillingObject | null;
  stamp: Stamp;
  deletes: boolean;
}

/** `event` is null where there is nothing to believe, only somebody to look at. */
export type ReadEvent = { ok: true; event: ProjectableEvent | null } | { ok: false; reason: string };

const bodySchema = z.object({
  data: z.object({
    object: z.record(z.string(), z.unknown()),
    previous_attributes: z.record(z.string(), z.unknown()).nullish(),
  }),
});

/** Reads a recorded body. What is not understood says why, and stays recorded. */
export function readEvent(recorded: { id: string; type: string; occurredAt: Date; body: unknown }): ReadEvent {
  const { id, type, occurredAt } = recorded;
  if (!isHandled(type)) return { ok: false, reason: `events of type ${type} are not acted on` };
  const entry: EventType = eventTypes[type];
  const body = bodySchema.safeParse(recorded.body);
  if (!body.success) return { ok: false, reason: 'the body carries no object' };
  if (entry.names) return { ok: true, event: null };
  const { object: raw, previous_attributes: before } = body.data.data;
  const understood = understand(entry.object, raw);
  if (!understood.ok) return understood;
  const previous = before ? understand(entry.object, mergeDeep(raw, before)) : null;
  const object = entry.tells ? entry.tells(understood.object, occurredAt) : understood.object;
  return {
    ok: true,
    event: {
      id,
      type,
      object,
      previous: previous?.ok ? previous.object : null,
      stamp: { occurredAt, rank: entry.rank + phaseOf(object) },
      deletes: entry.deletes ?? false,
    },
  };
}

/** The stamp of what a read found: everything before that second is older. */
export function readStamp(object: BillingObject, readAt: Date): Stamp {
  const wholeSecond = new Date(Math.floor(readAt.getTime() / 1_000) * 1_000);
  return { occurredAt: wholeSecond, rank: READ_RANK + phaseOf(object) };
}

function isHandled(type: string): type is HandledType {
  return handledTypes.has(type);
}

/** Phases an object passes in one direction only; within one second they outrank the type of the event. */
function phaseOf(object: BillingObject): number {
  switch (object.kind) {
    case 'customer':
      return 0;
    case 'subscription':
      if (object.status === 'incomplete') return 0;
      return object.status === 'canceled' || object.status === 'incomplete_expired' ? 200 : 100;
    case 'invoice':
      return { draft: 0, open: 100, uncollectible: 200, paid: 300, void: 300 }[object.status];
    case 'checkout':
      if (object.status === 'open') return 0;
      return object.paymentStatus === 'unpaid' ? 100 : 200;
    case 'payment':
      // A bank debit that was processing may wait for another way to pay again.
      return object.status === 'succeeded' || object.status === 'canceled' ? 200 : 0;
    case 'charge':
      if (object.refundedCents === 0) return 0;
      return object.refundedCents < object.amountCents ? 100 : 200;
    case 'refund':
      if (object.status === 'failed' || object.status === 'canceled') return 200;
      return object.status === 'succeeded' ? 100 : 0;
    case 'dispute':
      return { inquiry: 0, open: 100, won: 200, lost: 200, withdrawn: 200 }[object.status];
    case 'fraud_warning':
    case 'payment_method':
    case 'entitlements':
    case 'product':
    case 'price':
      return 0;
    default:
      return object satisfies never;
  }
}

function paymentFailed(object: BillingObject, occurredAt: Date): BillingObject {
  const invoice = object as Invoice;
  return { ...invoice, failedAttempt: Math.max(invoice.attemptCount, 1), failedAt: occurredAt };
}

function confirmationAsked(object: BillingObject, occurredAt: Date): BillingObject {
  const invoice = object as Invoice;
  return { ...invoice, confirmAttempt: Math.max(invoice.attemptCount, 1), confirmAskedAt: occurredAt };
}

function checkoutFailed(object: BillingObject, occurredAt: Date): BillingObject {
  return { ...(object as Checkout), failedAt: occurredAt };
}

/** Whom and what this object names, the customer first: where it stands in for a customer, theirs it is. */
export function referencesOf(object: BillingObject): string[] {
  switch (object.kind) {
    case 'subscription':
      return present([object.customerId, object.latestInvoiceId]);
    case 'invoice':
      return [...present([object.customerId, object.subscriptionId]), ...object.paymentIds, ...object.chargeIds];
    case 'checkout':
      return present([object.customerId, object.subscriptionId, object.invoiceId, object.paymentId]);
    case 'payment':
      return present([object.customerId, object.invoiceId, object.chargeId]);
    case 'charge':
      return present([object.customerId, object.paymentId, object.invoiceId]);
    case 'refund':
    case 'dispute':
    case 'fraud_warning':
      return present([object.chargeId, object.paymentId]);
    case 'payment_method':
    case 'entitlements':
      return present([object.customerId]);
    case 'customer':
    case 'product':
    case 'price':
      return [];
    default:
      return object satisfies never;
  }
}

function present(ids: (string | null)[]): string[] {
  return ids.filter((id) => id !== null);
}

/** previous_attributes hold only what changed, however deep; lists are whole. */
function mergeDeep(now: Record<string, unknown>, before: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...now };
  for (const [key, old] of Object.entries(before)) {
    const current = merged[key];
    merged[key] = isPlain(old) && isPlain(current) ? mergeDeep(current, old) : old;
  }
  return merged;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
