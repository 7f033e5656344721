/** Search parameters as Next hands them over: a repeated one counts once. */
export type SearchParams = Promise<Record<string, string | string[] | undefined>>;

export async function readQuery(searchParams: SearchParams): Promise<Record<string, string | undefined>> {
  const entries = Object.entries(await searchParams);
  return Object.fromEntries(entries.map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]));
}

/** The value when it is one of the known words; an old or edited address shows more rather than fails. */
export function oneOf<const Word extends string>(known: readonly Word[], value: string | undefined): Word | undefined {
  return known.find((word) => word === value);
}

/** The same page with some parameters changed; null or empty removes one. */
export function hrefWith(
  path: string,
  query: Record<string, string | undefined>,
  change: Record<string, string | null>,
): string {
  const merged = { ...query, ...change };
  const kept = Object.entries(merged).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const text = new URLSearchParams(kept).toString();
  return text === '' ? path : `${path}?${text}`;
}
