export type Counts = Record<string, number>;

export interface Line {
  what: string;
  expected: number;
  observed: number | null;
  ok: boolean;
}

/** Compares what was counted with the fixture, line by line; something that was not counted is not right. */
export function judge(expected: Counts, observed: Counts): Line[] {
  return Object.entries(expected).map(([what, count]) => {
    const seen = observed[what] ?? null;
    return { what, expected: count, observed: seen, ok: seen === count };
  });
}
