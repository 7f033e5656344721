/**
 * A map that knows the place of each row, so that a page of a long table begins at its cursor and copies nothing. A
 * class, because a map is what everybody here takes.
 */
export class IndexedMap<T> extends Map<string, T> {
  #ids: string[] = [];
  #places = new Map<string, number>();

  /** Oldest first. */
  get ids(): readonly string[] {
    return this.#ids;
  }

  placeOf(id: string): number {
    return this.#places.get(id) ?? -1;
  }

  override set(id: string, row: T): this {
    if (!this.has(id)) this.#places.set(id, this.#ids.push(id) - 1);
    return super.set(id, row);
  }

  override delete(id: string): boolean {
    const deleted = super.delete(id);
    if (deleted) this.#number(this.#ids.filter((other) => other !== id));
    return deleted;
  }

  override clear(): void {
    super.clear();
    this.#number([]);
  }

  #number(ids: string[]): void {
    this.#ids = ids;
    this.#places = new Map(ids.map((id, place) => [id, place]));
  }
}
