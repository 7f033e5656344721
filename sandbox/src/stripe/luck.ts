import type { Faults } from './faults.ts';

/** The dice and the counters behind one setting of the faults. */
export type Luck = {
  /** A number from 0 up to 1: with a seed, the same ones in the same order in every run. */
  next: () => number;
  /** How often `name` was counted since the faults were set, this time included. */
  count: (name: string) => number;
  /** The first value ever kept under `name`. */
  keep: <T>(name: string, value: T) => T;
};

const lucks = new WeakMap<Faults, Luck>();

/** Setting the faults anew, even to the same, throws new dice: that is how a run is repeated. */
export function luckOf(faults: Faults): Luck {
  const known = lucks.get(faults);
  if (known) return known;
  const luck = newLuck(faults.seed);
  lucks.set(faults, luck);
  return luck;
}

function newLuck(seed: number | undefined): Luck {
  const counters = new Map<string, number>();
  const kept = new Map<string, unknown>();
  return {
    next: seed === undefined ? Math.random : dice(seed),
    count: (name) => {
      const count = (counters.get(name) ?? 0) + 1;
      counters.set(name, count);
      return count;
    },
    keep: <T>(name: string, value: T): T => {
      if (!kept.has(name)) kept.set(name, value);
      return kept.get(name) as T;
    },
  };
}

/** A xorshift generator after Marsaglia: small, and even enough for mischief. */
function dice(seed: number): () => number {
  // Small seeds differ in few bits; the multiplication spreads them, and zero would stay zero.
  let state = Math.imul(seed + 1, 0x9e37_79b1) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

export function shuffled<T>(items: readonly T[], luck: Luck): T[] {
  return items
    .map((item) => ({ item, place: luck.next() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
