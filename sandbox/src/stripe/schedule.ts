import { nextDue } from './billing/due.ts';
import type { Operation } from './operation.ts';
import type { State } from './state.ts';

type Entry = { at: number; id: string };

export type Task = { at: number; run: (operation: Operation) => void };

export type Schedule = {
  /** Looks again at everything there is. */
  rebuild: () => void;
  /** Looks again at what an operation touched. */
  review: (ids: Iterable<string>) => void;
  /** The next thing that falls due by then, if any. */
  next: (until: number) => Task | undefined;
};

/** What falls due and when, in time order: a heap, so that twenty thousand subscriptions cost no walk a month. */
export function keepSchedule(state: State): Schedule {
  const heap: Entry[] = [];
  const waiting = new Map<string, number>();

  function review(ids: Iterable<string>): void {
    for (const id of ids) {
      const due = nextDue(state, id);
      if (!due) waiting.delete(id);
      else if (waiting.get(id) !== due.at) {
        waiting.set(id, due.at);
        push(heap, { at: due.at, id });
      }
    }
  }

  return {
    review,
    rebuild: () => {
      heap.length = 0;
      waiting.clear();
      const { subscriptions, invoices, paymentIntents, checkoutSessions } = state;
      for (const table of [subscriptions, invoices, paymentIntents, checkoutSessions]) review(table.keys());
    },
    next: (until) => {
      for (let top = heap[0]; top && top.at <= until; top = heap[0]) {
        const due = nextDue(state, top.id);
        // What changed since it was put here has its own, later entry.
        if (due?.at === top.at) return due;
        pop(heap);
        if (waiting.get(top.id) === top.at) waiting.delete(top.id);
        review([top.id]);
      }
      return undefined;
    },
  };
}

function push(heap: Entry[], entry: Entry): void {
  let place = heap.push(entry) - 1;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if (!isBefore(entry, heap[parent])) break;
    swap(heap, place, parent);
    place = parent;
  }
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  heap[0] = last;
  for (let place = 0; ; ) {
    const left = 2 * place + 1;
    const child = isBefore(heap[left + 1], heap[left]) ? left + 1 : left;
    if (!isBefore(heap[child], heap[place])) return;
    swap(heap, place, child);
    place = child;
  }
}

function isBefore(one: Entry | undefined, other: Entry | undefined): boolean {
  if (!one || !other) return false;
  return one.at < other.at || (one.at === other.at && one.id < other.id);
}

function swap(heap: Entry[], one: number, other: number): void {
  const [a, b] = [heap[one], heap[other]];
  if (!a || !b) return;
  heap[one] = b;
  heap[other] = a;
}
