import { describe, expect, it } from 'vitest';
import { page } from './api/list.ts';
import { Table } from './table.ts';

type Row = { id: string; owner: string | null };

function aTable(...owners: (string | null)[]) {
  const table = new Table<Row>({ owner: (row) => row.owner });
  for (const [index, owner] of owners.entries()) table.set(`r${index}`, { id: `r${index}`, owner });
  return table;
}

const ids = (rows: Iterable<Row>) => [...rows].map((row) => row.id);

describe('a table', () => {
  it('finds rows by their owner, in the order in which they came, wherever they moved since', () => {
    const table = aTable('a', 'b', 'a', null);
    expect(ids(table.of('owner', 'a'))).toEqual(['r0', 'r2']);
    const moved = table.get('r1')!;
    moved.owner = 'a';
    table.set('r1', moved);
    expect(ids(table.of('owner', 'a'))).toEqual(['r0', 'r1', 'r2']);
    expect(ids(table.of('owner', 'b'))).toEqual([]);
    expect(() => table.of('colour', 'red')).toThrow(/no order by colour/);
  });

  it('forgets what was deleted, and gives what comes again its new place', () => {
    const table = aTable('a', 'a', 'a');
    table.delete('r0');
    expect(ids(table.olderThan())).toEqual(['r2', 'r1']);
    table.set('r0', { id: 'r0', owner: 'a' });
    expect(ids(table.olderThan())).toEqual(['r0', 'r2', 'r1']);
    expect(ids(table.newerThan('r1'))).toEqual(['r2', 'r0']);
    table.clear();
    expect(ids(table.olderThan())).toEqual([]);
  });
});

describe('a snapshot', () => {
  const told = (rows: Iterable<[string, string]>) => [...rows].map(([id, json]) => [id, JSON.parse(json).owner]);

  it.each<[reach: string, change: (table: Table<Row>) => void]>([
    ['by its id', (table) => Object.assign(table.get('r1')!, { owner: 'b' })],
    ['by its owner', (table) => Object.assign(table.of('owner', 'a')[1]!, { owner: 'b' })],
    ['from the newest', (table) => Object.assign([...table.olderThan()][1]!, { owner: 'b' })],
    ['among all', (table) => Object.assign([...table.values()][1]!, { owner: 'b' })],
    ['in its place', (table) => table.set('r1', { id: 'r1', owner: 'b' })],
    ['at its end', (table) => table.delete('r1')],
    ['with all others', (table) => table.clear()],
    ['by another that came', (table) => table.set('r3', { id: 'r3', owner: 'b' })],
  ])('is of its moment, although a row is changed meanwhile: %s', (_reach, change) => {
    const table = aTable('a', 'a', 'a');
    const rows = table.snapshot()[Symbol.iterator]();
    const first = rows.next().value;
    change(table);
    const rest = { [Symbol.iterator]: () => rows };
    expect(told([first, ...rest])).toEqual([
      ['r0', 'a'],
      ['r1', 'a'],
      ['r2', 'a'],
    ]);
  });

  it('that was given up leaves the next one whole', () => {
    const table = aTable('a', 'b');
    const rows = table.snapshot()[Symbol.iterator]();
    rows.next();
    rows.return?.();
    table.get('r1')!.owner = 'c';
    expect(told(table.snapshot())).toEqual([
      ['r0', 'a'],
      ['r1', 'c'],
    ]);
  });
});

describe('a page', () => {
  const table = aTable('a', 'b', 'a', 'b', 'a', 'b');
  const cases: [cursor: object, owner: string | undefined, found: string[], more: boolean][] = [
    [{ limit: 2 }, undefined, ['r5', 'r4'], true],
    [{ limit: 2, starting_after: 'r4' }, undefined, ['r3', 'r2'], true],
    [{ limit: 2, starting_after: 'r2' }, undefined, ['r1', 'r0'], false],
    [{ limit: 2, ending_before: 'r1' }, undefined, ['r3', 'r2'], true],
    [{ limit: 2, ending_before: 'r3' }, undefined, ['r5', 'r4'], false],
    [{ limit: 2 }, 'a', ['r4', 'r2'], true],
    // The cursor may be somebody else's row.
    [{ limit: 2, starting_after: 'r3' }, 'a', ['r2', 'r0'], false],
    [{ limit: 1, ending_before: 'r1' }, 'a', ['r2'], true],
  ];
  it.each(cases)('of %j among the rows of %s is %j', (cursor, owner, found, more) => {
    const rows = page('/v1/rows', table, cursor as { limit: number }, () => true, { owner });
    expect([ids(rows.data), rows.has_more]).toEqual([found, more]);
  });

  it('refuses a cursor that names nothing', () => {
    expect(() => page('/v1/rows', table, { limit: 1, starting_after: 'r9' })).toThrow(/No such object/);
  });
});
