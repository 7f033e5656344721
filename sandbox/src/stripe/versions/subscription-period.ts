import { type Change, rowsOf, without } from './change.ts';

/**
 * The period was the subscription's own. Stripe of today repeats it on the items even in old versions; here it is left
 * off, because a receiver that only works with both is one that fails on what was stored before.
 */
export const subscriptionPeriod: Change = {
  since: '2025-03-31.basil',
  undo: (object) => {
    if (object.object !== 'subscription') return object;
    const items = rowsOf(object.items);
    return {
      ...object,
      current_period_end: latest(items.map((item) => item.current_period_end)),
      current_period_start: latest(items.map((item) => item.current_period_start)),
      items: {
        ...(object.items as object),
        data: items.map((item) => without(item, 'current_period_end', 'current_period_start')),
      },
    };
  },
};

function latest(times: unknown[]): number | null {
  const known = times.filter((time) => typeof time === 'number');
  return known.length > 0 ? Math.max(...known) : null;
}
