import * as z from 'zod';
import { IndexedMap } from '../indexed-map.ts';
import type { List } from '../objects.ts';
import { found } from './errors.ts';
import { wholeNumber } from './params.ts';

export const paging = z.strictObject({
  limit: wholeNumber.pipe(z.number().min(1).max(100)).default(10),
  starting_after: z.string().optional(),
  ending_before: z.string().optional(),
});

/** One page, newest first. The cursor is looked up in the whole table: it may name a row the filter leaves out. */
export function page<T extends { id: string }>(
  url: string,
  table: ReadonlyMap<string, T>,
  cursor: z.output<typeof paging>,
  keep: (row: T) => boolean = () => true,
): List<T> {
  const { limit, starting_after: after, ending_before: before } = cursor;
  if (after) found(table, 'object', after, 'starting_after');
  if (before) found(table, 'object', before, 'ending_before');
  const { ids, placeOf } = order(table);
  const newest = after ? placeOf(after) - 1 : ids.length - 1;
  const oldest = before ? placeOf(before) + 1 : 0;

  // One more than asked for tells whether there is more; the walk ends there.
  const rows: T[] = [];
  const step = before ? 1 : -1;
  for (let place = before ? oldest : newest; place >= oldest && place <= newest; place += step) {
    const row = table.get(ids[place] ?? '');
    if (row && keep(row) && rows.push(row) > limit) break;
  }
  const data = rows.slice(0, limit);
  return { object: 'list', data: before ? data.reverse() : data, has_more: rows.length > limit, url };
}

function order(table: ReadonlyMap<string, unknown>): { ids: readonly string[]; placeOf: (id: string) => number } {
  if (table instanceof IndexedMap) return { ids: table.ids, placeOf: (id) => table.placeOf(id) };
  const ids = [...table.keys()];
  return { ids, placeOf: (id) => ids.indexOf(id) };
}
