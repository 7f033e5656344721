import * as z from 'zod';
import { found, invalid, missing } from '../api/errors.ts';
import { page, paging } from '../api/list.ts';
import { createdRange, flag, isWithin, text } from '../api/params.ts';
import { route } from '../api/route.ts';
import type { Event } from '../objects.ts';
import { happenedAtMs, type Operation } from '../operation.ts';
import { settingsOf } from '../state.ts';

const daySeconds = 24 * 60 * 60;

const listParams = paging.extend({
  created: createdRange.optional(),
  delivery_success: flag.optional(),
  type: text.optional(),
  types: z.array(text).max(20, 'must be at most 20 event types').optional(),
});

export const eventRoutes = [
  route('get', '/v1/events/:id', z.strictObject({}), (operation, _params, id) => keptEvent(operation, id)),

  route('get', '/v1/events', listParams, (operation, params) => {
    const { created, delivery_success: delivered, type, types, ...cursor } = params;
    if (type !== undefined && types !== undefined) {
      throw invalid('You may pass either `type` or `types`, but not both.', { param: 'types' });
    }
    const isListed = listedEvents(operation);
    const patterns = types ?? (type === undefined ? undefined : [type]);
    return page(
      '/v1/events',
      operation.state.events,
      cursor,
      (event) =>
        (delivered === undefined || (event.pending_webhooks === 0) === delivered) &&
        (patterns === undefined || patterns.some((pattern) => matches(event.type, pattern))) &&
        isListed(event) &&
        isWithin(event.created, created),
    );
  }),
];

/** Events are kept for thirty days; what is older is as if it had never been. */
export function keptEvent(operation: Operation, id: string): Event {
  const event = found(operation.state.events, 'event', id);
  if (event.created < oldestKept(operation)) throw missing('event', id);
  return event;
}

/** A list shows what is kept, and what happened just now only after a while, if it was told to lag. */
export function listedEvents(operation: Operation): (event: Event) => boolean {
  const { lagMs = 0 } = operation.faults.events ?? {};
  const oldest = oldestKept(operation);
  const newestMs = operation.nowMs - lagMs;
  return (event) => event.created >= oldest && (lagMs === 0 || happenedAtMs(event) <= newestMs);
}

function oldestKept({ at, state }: Operation): number {
  return at - settingsOf(state).eventDays * daySeconds;
}

function matches(type: string, pattern: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}
