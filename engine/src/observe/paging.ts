/**
 * Pages by key, newest first: each page starts after the last row seen, so page 10,000 costs what page 1 costs, and rows
 * that arrive meanwhile neither repeat nor skip others.
 */
export interface Page<T> {
  items: T[];
  /** Opaque, for the next call; null when there is no such page. */
  older: string | null;
  newer: string | null;
}

export interface Cursor {
  direction: 'older' | 'newer';
  /** Microseconds since 1970, as PostgreSQL keeps them (a Date would lose three digits), or a sequence number. */
  at: number;
  id: string;
}

export type PageKey = Pick<Cursor, 'at' | 'id'>;

/** Null for none and for one that is not ours: then the first page is shown. */
export function parseCursor(text: string | null | undefined): Cursor | null {
  const [, direction, at, id] = /^(older|newer)\.(\d{1,16})\.(.{0,200})$/s.exec(text ?? '') ?? [];
  if ((direction !== 'older' && direction !== 'newer') || at === undefined || id === undefined) return null;
  return { direction, at: Number(at), id };
}

function cursorText(direction: Cursor['direction'], key: PageKey): string {
  return `${direction}.${key.at}.${key.id}`;
}

/** Takes rows in the order they were asked for, one more than `limit` when there are more. */
export function pageOf<Row, T>(
  rows: Row[],
  cursor: Cursor | null,
  limit: number,
  { keyOf, view }: { keyOf(row: NoInfer<Row>): PageKey; view(row: NoInfer<Row>): T },
): Page<T> {
  const hasMore = rows.length > limit;
  const shown = rows.slice(0, limit);
  if (cursor?.direction === 'newer') shown.reverse();
  const first = shown[0];
  const last = shown.at(-1);
  const hasNewer = cursor !== null && (cursor.direction === 'older' || hasMore);
  const hasOlder = cursor?.direction === 'newer' || hasMore;
  return {
    items: shown.map(view),
    newer: hasNewer && first !== undefined ? cursorText('newer', keyOf(first)) : null,
    older: hasOlder && last !== undefined ? cursorText('older', keyOf(last)) : null,
  };
}

/** A page towards newer rows that is not full would leave a gap above it: the first page says the same, whole. */
export async function pageFrom<T>(
  cursorText: string | null | undefined,
  limit: number,
  read: (cursor: Cursor | null) => Promise<Page<T>>,
): Promise<Page<T>> {
  const cursor = parseCursor(cursorText);
  const page = await read(cursor);
  return cursor?.direction === 'newer' && page.items.length < limit ? read(null) : page;
}
