import { type Change, isHash, rowsOf } from './change.ts';

/** A subscription with one item also said which plan that was, and how many of it. */
export const subscriptionPlan: Change = {
  since: '2025-03-31.basil',
  undo: (object) => {
    if (object.object !== 'subscription') return object;
    const items = rowsOf(object.items);
    const only = items.length === 1 ? items[0] : undefined;
    return { ...object, plan: only?.plan ?? null, quantity: only?.quantity ?? null };
  },
};

/** Metered prices were added up in ways that could be chosen. */
export const aggregateUsage: Change = {
  since: '2025-03-31.basil',
  undo: (object) => {
    if (object.object === 'plan') return { ...object, aggregate_usage: null };
    if (object.object !== 'price' || !isHash(object.recurring)) return object;
    return { ...object, recurring: { ...object.recurring, aggregate_usage: null } };
  },
};
