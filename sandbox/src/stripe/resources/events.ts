import * as z from 'zod';
import { found, invalid } from '../api/errors.ts';
import { page, paging } from '../api/list.ts';
import { createdRange, flag, isWithin, text } from '../api/params.ts';
import { route } from '../api/route.ts';

const listParams = paging.extend({
  created: createdRange.optional(),
  delivery_success: flag.optional(),
  type: text.optional(),
  types: z.array(text).max(20).optional(),
});

export const eventRoutes = [
  route('get', '/v1/events/:id', z.strictObject({}), ({ state }, _params, id) => found(state.events, 'event', id)),

  route('get', '/v1/events', listParams, ({ state }, params) => {
    const { created, delivery_success: delivered, type, types, ...cursor } = params;
    if (type !== undefined && types !== undefined) {
      throw invalid('You may pass either `type` or `types`, but not both.', { param: 'types' });
    }
    const patterns = types ?? (type === undefined ? undefined : [type]);
    return page(
      '/v1/events',
      state.events,
      cursor,
      (event) =>
        (patterns === undefined || patterns.some((pattern) => matches(event.type, pattern))) &&
        (delivered === undefined || (event.pending_webhooks === 0) === delivered) &&
        isWithin(event.created, created),
    );
  }),
];

function matches(type: string, pattern: string): boolean {
  return pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}
