import * as z from 'zod';
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
  let rows = [...table.values()].reverse();
  if (after) rows = rows.slice(rows.indexOf(found(table, 'object', after, 'starting_after')) + 1);
  if (before) rows = rows.slice(0, rows.indexOf(found(table, 'object', before, 'ending_before')));
  rows = rows.filter(keep);
  const data = before ? rows.slice(-limit) : rows.slice(0, limit);
  return { object: 'list', data, has_more: rows.length > data.length, url };
}
