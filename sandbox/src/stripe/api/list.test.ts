import { describe, expect, it } from 'vitest';
import { Table } from '../table.ts';
import { page } from './list.ts';

type Row = { id: string; even: boolean };

class Counting extends Table<Row> {
  looks = 0;

  override get(id: string): Row | undefined {
    this.looks += 1;
    return super.get(id);
  }
}

function filled<Rows extends Table<Row>>(table: Rows, size: number): Rows {
  for (let n = 0; n < size; n += 1) table.set(`row_${n}`, { id: `row_${n}`, even: n % 2 === 0 });
  return table;
}

const ids = (rows: Row[]) => rows.map(({ id }) => Number(id.slice(4)));

describe('a page', () => {
  it('of a table of 100,000 rows looks at no more rows than it shows', () => {
    const table = filled(new Counting(), 100_000);
    let after: string | undefined;
    for (let n = 0; n < 1000; n += 1) {
      const { data, has_more: more } = page('/rows', table, { limit: 100, ...(after && { starting_after: after }) });
      expect(ids(data)[0]).toBe(99_999 - n * 100);
      expect(more).toBe(n < 999);
      after = data.at(-1)?.id;
    }
    // Of each page: its rows, the one that tells that there is more, and the cursor.
    expect(table.looks).toBeLessThanOrEqual(1000 * 102);
  });

  it('starts after and ends before, and its cursor may be filtered out', () => {
    const table = filled(new Table<Row>(), 20);
    table.delete('row_10');
    const even = ({ even: is }: Row) => is;
    const seen = (cursor: Partial<Parameters<typeof page>[2]>) => {
      const { data, has_more: more } = page('/rows', table, { limit: 3, ...cursor }, even);
      return [ids(data), more];
    };
    expect(seen({})).toEqual([[18, 16, 14], true]);
    expect(seen({ starting_after: 'row_13' })).toEqual([[12, 8, 6], true]);
    expect(seen({ starting_after: 'row_3' })).toEqual([[2, 0], false]);
    expect(seen({ ending_before: 'row_7' })).toEqual([[14, 12, 8], true]);
    expect(seen({ ending_before: 'row_15' })).toEqual([[18, 16], false]);
    expect(() => seen({ starting_after: 'row_10' })).toThrow(/No such object/);
  });
});
