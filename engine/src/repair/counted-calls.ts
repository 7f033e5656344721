import { createStripeReader } from '../billing/snapshot.ts';
import type { StripeCalls } from '../billing/stripe-calls.ts';
import type { RepairContext } from './context.ts';

/** The same context, whose calls to Stripe are counted: a budget is spent in these. */
export function countCalls(context: RepairContext): { counted: RepairContext; spent: () => number } {
  let spent = 0;
  const { calls } = context;
  const counting: StripeCalls = {
    call(endpoint, signal, send) {
      spent += 1;
      return calls.call(endpoint, signal, send);
    },
    async *pages(endpoint, signal, list, after) {
      const pages = calls.pages(
        endpoint,
        signal,
        (stripe, cursor) => {
          spent += 1;
          return list(stripe, cursor);
        },
        after,
      );
      yield* pages;
    },
  };
  return {
    counted: { ...context, calls: counting, stripe: createStripeReader(counting, context.now) },
    spent: () => spent,
  };
}
