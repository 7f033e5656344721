import type { StripeError } from './api/errors.ts';
import { apiVersion } from './api-version.ts';
import type { Faults } from './faults.ts';
import { newId } from './ids.ts';
import type { Event, EventType } from './objects.ts';
import type { State } from './state.ts';

/** One thing somebody did: everything it changes shares one second, one request and one burst of events. */
export type Operation = {
  state: State;
  faults: Faults;
  /** The moment in milliseconds; `at` is its second, which is all that Stripe tells. */
  nowMs: number;
  at: number;
  baseUrl: string;
  request: Event['request'];
  events: Event[];
  /** Ids of what time alone will change, where no event names it. */
  scheduled?: string[];
  /** What the caller is told although it was done: a payment that was tried, and declined. */
  refusal?: StripeError;
  /** What was long ago is done without telling of it. */
  quiet?: boolean;
  /** The order in which Stripe sends a burst when that is not the order in which things happen. */
  order?: readonly EventType[];
};

const happened = new WeakMap<Event, number>();

/** When an event came to be, more finely than it says; what a restart left of that is the second. */
export function happenedAtMs(event: Event): number {
  return happened.get(event) ?? event.created * 1000;
}

/** Says that something happened. Every event of the stand-in is made here, as a snapshot of this moment. */
export function emit(operation: Operation, type: EventType, object: object, previous?: Record<string, unknown>): void {
  if (operation.quiet) {
    if ('id' in object) operation.scheduled = [...(operation.scheduled ?? []), String(object.id)];
    return;
  }
  const event: Event = {
    id: newId.event(),
    object: 'event',
    api_version: apiVersion,
    created: operation.at,
    data: { object: structuredClone(object), ...(previous && { previous_attributes: previous }) },
    livemode: false,
    pending_webhooks: 0,
    request: operation.request,
    type,
  };
  operation.events.push(event);
  happened.set(event, operation.nowMs);
}

/** Changes an object and says so; a change that changes nothing is not told. */
export function change<T extends object>(operation: Operation, type: EventType, object: T, patch: Partial<T>): void {
  if (operation.quiet) {
    emit(operation, type, Object.assign(object, patch));
    return;
  }
  const before = structuredClone(object);
  Object.assign(object, patch);
  const previous = previousAttributes(before as Record<string, unknown>, object as Record<string, unknown>);
  if (Object.keys(previous).length > 0) emit(operation, type, object, previous);
}

/** What was there before, only where it differs: Stripe goes into hashes, and gives lists whole. */
export function previousAttributes(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): Record<string, unknown> {
  const previous: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const was = before[key];
    const is = after[key];
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    previous[key] = isPlainHash(was) && isPlainHash(is) ? previousAttributes(was, is) : (was ?? null);
  }
  return previous;
}

/** A part of an object, and not an object of its own. */
export function isPlainHash(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('object' in value);
}

/** The operation's events in the order in which they are to be sent. */
export function burst(operation: Operation): Event[] {
  const { events, order } = operation;
  if (!order) return events;
  const place = (event: Event) => {
    const index = order.indexOf(event.type);
    return index < 0 ? order.length : index;
  };
  return events.toSorted((a, b) => place(a) - place(b));
}
