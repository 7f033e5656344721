import { type ApiVersion, isBefore } from '../api-version.ts';
import type { Event } from '../objects.ts';
import { isPlainHash, previousAttributes } from '../operation.ts';
import { type Change, type Facts, type Hash, isHash } from './change.ts';
import { checkoutMode } from './checkout-mode.ts';
import { discountCoupon, singleDiscount } from './discount.ts';
import { invoiceItemParent, invoiceLineParent, invoiceParent } from './invoice-parent.ts';
import { invoicePayment, paymentOfInvoice } from './invoice-payment.ts';
import { productFeatures, renderingOptions } from './product-features.ts';
import { subscriptionPeriod } from './subscription-period.ts';
import { aggregateUsage, subscriptionPlan } from './subscription-plan.ts';

/** Newest first: the way back goes through all of them. Within one version, what a later line needs comes before it. */
const changes: readonly Change[] = [
  checkoutMode,
  discountCoupon,
  aggregateUsage,
  subscriptionPlan,
  subscriptionPeriod,
  invoiceItemParent,
  invoiceLineParent,
  invoiceParent,
  invoicePayment,
  paymentOfInvoice,
  singleDiscount,
  productFeatures,
  renderingOptions,
];

/** Today's object as an API version shows it. */
export function inVersion(object: Hash, version: ApiVersion, facts: Facts): Hash {
  return undone(
    object,
    changes.filter((change) => isBefore(version, change.since)),
    facts,
  );
}

/** Today's event as an endpoint of another version gets it, with what changed told in that version's own fields. */
export function eventInVersion(event: Event, version: ApiVersion, facts: Facts): Event {
  if (version === event.api_version) return event;
  const { object, previous_attributes: previous } = event.data;
  const after = inVersion(object as Hash, version, facts);
  if (!previous) return { ...event, api_version: version, data: { object: after } };
  const before = inVersion(overlaid(object as Hash, previous), version, facts);
  const data = { object: after, previous_attributes: previousAttributes(before, after) };
  return { ...event, api_version: version, data };
}

function undone(object: Hash, toUndo: readonly Change[], facts: Facts): Hash {
  return toUndo.reduce((shape, change, index) => {
    const earlier = toUndo.slice(0, index);
    const find = (id: string) => {
      const found = facts.find(id);
      return found && undone(found, earlier, facts);
    };
    return throughout(shape, (inner) => change.undo(inner, { ...facts, find }));
  }, object);
}

/** Inner objects first: whoever holds them sees them as they will be. */
function throughout(object: Hash, undo: (object: Hash) => Hash): Hash {
  const inside = Object.fromEntries(Object.entries(object).map(([key, value]) => [key, into(value, undo)]));
  return typeof inside.object === 'string' ? undo(inside) : inside;
}

function into(value: unknown, undo: (object: Hash) => Hash): unknown {
  if (Array.isArray(value)) return value.map((item) => into(item, undo));
  return isHash(value) ? throughout(value, undo) : value;
}

/** The object as it was before the change. */
function overlaid(object: Hash, previous: Hash): Hash {
  const before = { ...object };
  for (const [key, was] of Object.entries(previous)) {
    const is = object[key];
    before[key] = isPlainHash(was) && isPlainHash(is) ? overlaid(is, was) : was;
  }
  return before;
}
