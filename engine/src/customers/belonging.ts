import { referencesOf } from '../billing/event-types.ts';
import type { BillingObject } from '../billing/state.ts';

/**
 * Which of a buyer's objects go with some of the customers they are at Stripe: the customers themselves, what names one of
 * them, what was theirs before, and what refers to any of these and names no other.
 */
export function belongingTo(
  objects: BillingObject[],
  customerIds: ReadonlySet<string>,
  before: ReadonlySet<string>,
): Set<string> {
  const theirs = new Set([...customerIds, ...before]);
  for (const object of objects) {
    const named = namedCustomer(object);
    if (named === null) continue;
    if (customerIds.has(named)) theirs.add(object.id);
    else theirs.delete(object.id);
  }
  // What refers to one of theirs may be referred to in its turn.
  for (let found = -1; found !== theirs.size; ) {
    found = theirs.size;
    for (const object of objects) {
      if (namedCustomer(object) !== null) continue;
      if (referencesOf(object).some((id) => theirs.has(id))) theirs.add(object.id);
    }
  }
  return theirs;
}

/** The customer at Stripe whose object it is; null when the object does not say. */
function namedCustomer(object: BillingObject): string | null {
  if (object.kind === 'customer') return object.id;
  const named = 'customerId' in object ? object.customerId : null;
  return typeof named === 'string' ? named : null;
}
