import * as z from 'zod';
import { missing } from '../api/errors.ts';
import { page } from '../api/list.ts';
import { isWithin, text, wholeNumber } from '../api/params.ts';
import { route } from '../api/route.ts';
import type { Event } from '../objects.ts';
import { snapshotId, thinEvent } from '../thin.ts';
import { keptEvent, listedEvents } from './events.ts';

/** The second API speaks of moments in ISO 8601; the SDK writes a Date as its second all the same. */
const moment = z.union([
  wholeNumber,
  z.iso.datetime({ offset: true }).transform((value) => Math.floor(Date.parse(value) / 1000)),
]);

const listParams = z.strictObject({
  created: z
    .strictObject({
      gt: moment.optional(),
      gte: moment.optional(),
      lt: moment.optional(),
      lte: moment.optional(),
    })
    .optional(),
  limit: wholeNumber.pipe(z.number().min(1).max(100)).default(20),
  object_id: text.optional(),
  page: text.optional(),
  types: z.array(text).max(20, 'must be at most 20 event types').optional(),
});

/** Every snapshot event as its thin twin, in the way of the second API: a page names the next. */
export const thinEventRoutes = [
  route('get', '/v2/core/events/:id', z.strictObject({}), (operation, _params, id) => {
    const snapshot = snapshotId(id);
    if (!snapshot) throw missing('event', id);
    return thinEvent(keptEvent(operation, snapshot));
  }),

  route('get', '/v2/core/events', listParams, (operation, params) => {
    const { created, limit, object_id: objectId, page: from, types } = params;
    const isListed = listedEvents(operation);
    const { data, has_more: more } = page(
      '/v2/core/events',
      operation.state.events,
      { limit, ...(from !== undefined && { starting_after: snapshotId(from) || from }) },
      (event) =>
        isListed(event) &&
        (types === undefined || types.includes(`v1.${event.type}`)) &&
        (objectId === undefined || idOf(event) === objectId) &&
        isWithin(
          event.created,
          created && { gt: undefined, gte: undefined, lt: undefined, lte: undefined, ...created },
        ),
    );
    const thin = data.map(thinEvent);
    return {
      data: thin,
      next_page_url: more ? nextPage(params, thin.at(-1)?.id ?? '') : null,
      previous_page_url: null,
    };
  }),
];

function idOf(event: Event): unknown {
  return Reflect.get(event.data.object, 'id');
}

function nextPage({ created = {}, limit, object_id, types = [] }: z.output<typeof listParams>, last: string): string {
  const query = new URLSearchParams({ limit: String(limit), page: last });
  if (object_id !== undefined) query.set('object_id', object_id);
  for (const [index, type] of types.entries()) query.set(`types[${index}]`, type);
  for (const [side, at] of Object.entries(created)) if (at !== undefined) query.set(`created[${side}]`, String(at));
  return `/v2/core/events?${query}`;
}
