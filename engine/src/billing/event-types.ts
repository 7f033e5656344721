import { z } from 'zod';
import type { BillingObject, Invoice, Stamp } from './state.ts';
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
  /** What only the event says, such as that a payment has failed. */
  tells?: (object: BillingObject, occurredAt: Date) => BillingObject;
}

const eventTypes = {
  'checkout.session.completed': { object: 'checkout', rank: 20 },
  'customer.created': { object: 'customer', rank: 10 },
  'customer.updated': { object: 'customer', rank: 20 },
  'customer.subscription.created': { object: 'subscription', rank: 10 },
  'customer.subscription.updated': { object: 'subscription', rank: 20 },
  'customer.subscription.deleted': { object: 'subscription', rank: 90 },
  'invoice.payment_failed': { object: 'invoice', rank: 30, tells: paymentFailed },
  'invoice.paid': { object: 'invoice', rank: 50 },
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

export type ReadEvent = { ok: true; event: ProjectableEvent } | { ok: false; reason: string };

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
    default:
      return object satisfies never;
  }
}

function paymentFailed(object: BillingObject, occurredAt: Date): BillingObject {
  const invoice = object as Invoice;
  return { ...invoice, failedAttempt: Math.max(invoice.attemptCount, 1), failedAt: occurredAt };
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
