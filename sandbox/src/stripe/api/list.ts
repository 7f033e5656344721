import * as z from 'zod';
import type { List } from '../objects.ts';
import type { Table } from '../table.ts';
import { found } from './errors.ts';
import { wholeNumber } from './params.ts';

export const paging = z.strictObject({
  limit: wholeNumber.pipe(z.number().min(1).max(100)).default(10),
  starting_after: z.string().optional(),
  ending_before: z.string().optional(),
});

type Cursor = z.output<typeof paging>;

/** One page, newest first. The cursor is looked up in the whole table: it may name a row the filter leaves out. */
export function page<T extends { id: string }>(
  url: string,
  table: Table<T>,
  cursor: Cursor,
  keep: (row: T) => boolean = () => true,
  owner: Owner = {},
): List<T> {
  const { limit, ending_before: before } = cursor;
  const data: T[] = [];
  let more = false;
  for (const row of walk(table, cursor, owner)) {
    if (!keep(row)) continue;
    more = data.length === limit;
    if (more) break;
    data.push(row);
  }
  if (before) data.reverse();
  return { object: 'list', data, has_more: more, url };
}

/** Whose rows alone are looked at: a key of the table and its value. The first that is given is used. */
type Owner = Record<string, string | undefined>;

/** Away from the cursor, through one owner's rows when there is one. */
function walk<T extends { id: string }>(table: Table<T>, cursor: Cursor, owner: Owner): Iterable<T> {
  const { starting_after: after, ending_before: before } = cursor;
  if (after) found(table, 'object', after, 'starting_after');
  if (before) found(table, 'object', before, 'ending_before');
  const [key] = Object.entries(owner).filter(([, value]) => value !== undefined);
  if (key?.[1] === undefined) return before ? table.newerThan(before) : table.olderThan(after);
  const rows = table.of(key[0], key[1]);
  if (before) return rows.filter((row) => table.isOlder(before, row.id));
  return rows.toReversed().filter((row) => after === undefined || table.isOlder(row.id, after));
}
