type Keys<Row> = Record<string, (row: Row) => string | null | undefined>;

/** Rows that are yet to be written down as they were, and those that already are. */
type Snapshot = { unwritten: Set<string>; written: Map<string, string> };

/**
 * A map that also remembers in which order its rows came and what they belong to, so that a page in the middle of a
 * long list, or one customer's rows among many, cost no walk through everything.
 */
export class Table<Row> extends Map<string, Row> {
  readonly #keys: Keys<Row>;
  readonly #order: string[] = [];
  readonly #places = new Map<string, number>();
  readonly #owned: Map<string, Map<string, string[]>>;
  #snapshot: Snapshot | undefined;

  constructor(keys: Keys<Row> = {}) {
    super();
    this.#keys = keys;
    this.#owned = new Map(Object.keys(keys).map((name) => [name, new Map()]));
  }

  /** A row whose owner changed is set again, to be found under the new one. */
  override set(id: string, row: Row): this {
    this.#keep(id);
    const isNew = !this.#places.has(id);
    if (isNew) this.#places.set(id, this.#order.push(id) - 1);
    for (const [name, owned] of this.#owned) {
      const owner = this.#keys[name]?.(row);
      if (!owner) continue;
      const ids = owned.get(owner);
      if (ids === undefined) owned.set(owner, [id]);
      else if (isNew || !ids.includes(id)) ids.push(id);
    }
    return super.set(id, row);
  }

  override delete(id: string): boolean {
    this.#keep(id);
    this.#places.delete(id);
    return super.delete(id);
  }

  override clear(): void {
    for (const id of this.#snapshot?.unwritten ?? []) this.#keep(id);
    this.#order.length = 0;
    this.#places.clear();
    for (const owned of this.#owned.values()) owned.clear();
    super.clear();
  }

  override get(id: string): Row | undefined {
    this.#keep(id);
    return super.get(id);
  }

  override *entries(): MapIterator<[string, Row]> {
    for (const entry of super.entries()) {
      this.#keep(entry[0]);
      yield entry;
    }
  }

  override *values(): MapIterator<Row> {
    for (const [, row] of this.entries()) yield row;
  }

  override [Symbol.iterator](): MapIterator<[string, Row]> {
    return this.entries();
  }

  /**
   * Every row of this moment as JSON, with its id, however long it takes to ask for them all. Rows change in place, so
   * whoever reaches for one that is not written down yet has it written down first.
   */
  snapshot(): Iterable<[id: string, json: string]> {
    const ids = [...this.keys()];
    const snapshot: Snapshot = { unwritten: new Set(ids), written: new Map() };
    this.#snapshot = snapshot;
    return this.#write(ids, snapshot);
  }

  *#write(ids: readonly string[], snapshot: Snapshot): Generator<[id: string, json: string]> {
    const { unwritten, written } = snapshot;
    try {
      for (const id of ids) {
        const json = unwritten.delete(id) ? JSON.stringify(super.get(id)) : written.get(id);
        written.delete(id);
        if (json !== undefined) yield [id, json];
      }
    } finally {
      if (this.#snapshot === snapshot) this.#snapshot = undefined;
    }
  }

  #keep(id: string): void {
    if (!this.#snapshot?.unwritten.delete(id)) return;
    this.#snapshot.written.set(id, JSON.stringify(super.get(id)));
  }

  /** The rows of one owner, oldest first. */
  of(name: string, owner: string): Row[] {
    const ownerOf = this.#keys[name];
    if (!ownerOf) throw new Error(`The table keeps no order by ${name}.`);
    const ids = this.#owned.get(name)?.get(owner) ?? [];
    const inOrder = ids.length > 1 ? ids.toSorted((a, b) => this.#place(a) - this.#place(b)) : ids;
    return inOrder.flatMap((id) => {
      const row = this.get(id);
      // It may have moved to another owner since.
      return row !== undefined && ownerOf(row) === owner ? [row] : [];
    });
  }

  *olderThan(id?: string): Generator<Row> {
    for (let place = id === undefined ? this.#order.length - 1 : this.#place(id) - 1; place >= 0; place -= 1) {
      const row = this.#at(place);
      if (row !== undefined) yield row;
    }
  }

  *newerThan(id: string): Generator<Row> {
    for (let place = this.#place(id) + 1; place < this.#order.length; place += 1) {
      const row = this.#at(place);
      if (row !== undefined) yield row;
    }
  }

  isOlder(id: string, than: string): boolean {
    return this.#place(id) < this.#place(than);
  }

  #place(id: string): number {
    return this.#places.get(id) ?? -1;
  }

  #at(place: number): Row | undefined {
    const id = this.#order[place];
    // A row that was deleted and came again has its place further on.
    return id !== undefined && this.#places.get(id) === place ? this.get(id) : undefined;
  }
}

/** What an object without a table of its own lists. */
export function tableOf<Row extends { id: string }>(rows: readonly Row[]): Table<Row> {
  const table = new Table<Row>();
  for (const row of rows) table.set(row.id, row);
  return table;
}
