import { isDeepStrictEqual } from 'node:util';
import { type BillingObject, type BillingState, createdAtOf, type Held } from '../billing/state.ts';

/** One field of one object, as we held it and as Stripe says it is; null where it is not there at all. */
export interface Difference {
  objectId: string;
  /** The object's kind, or `customer_row` for what we derive from all of them. */
  kind: string;
  field: string;
  ours: string | null;
  stripe: string | null;
}

export type DriftCause =
  /** Stripe changed it, and no event of ours tells of that. */
  | 'missed'
  /** The event is here, and not projected yet. */
  | 'late'
  /** We had been told, and held something else: our own fault, or a hand in the database. */
  | 'bug'
  | 'unknown';

/** What an event told of an object, as far as its body is still here. */
export interface Telling {
  object: BillingObject | null;
  occurredAt: Date;
  isProjected: boolean;
}

/**
 * No word of Stripe's that an event could have brought: our own count of tellings, what a read alone tells, and links that Stripe
 * makes anew when it is asked.
 */
const notCompared: Partial<Record<BillingObject['kind'], readonly string[]>> = {
  subscription: ['sightings'],
  invoice: ['paymentIds', 'chargeIds', 'hostedInvoiceUrl', 'invoicePdf'],
  checkout: ['items'],
};
const LONGEST_VALUE = 120;

/** Every field in which two beliefs of one subject differ, down to the leaves. */
export function findDifferences(before: BillingState, after: BillingState): Difference[] {
  return Object.entries(after.objects).flatMap(([id, held]) => differencesOf(before.objects[id], held));
}

function differencesOf(old: Held | undefined, now: Held): Difference[] {
  if (old === now) return [];
  const { id: objectId, kind } = now.value;
  const of = (field: string, ours: unknown, stripe: unknown): Difference => ({
    objectId,
    kind,
    field,
    ours: text(ours),
    stripe: text(stripe),
  });
  if (old === undefined) return now.deleted ? [] : [of('object', null, nameOf(now.value))];
  const lived = old.deleted === now.deleted ? [] : [of('deleted', old.deleted, now.deleted)];
  const [ours, theirs] = [leavesOf(old.value), leavesOf(now.value)];
  const fields = [...new Set([...ours.keys(), ...theirs.keys()])].filter((it) => ours.get(it) !== theirs.get(it));
  return [...lived, ...fields.map((field) => of(field, ours.get(field), theirs.get(field)))];
}

/** Why: from what the newest second of events told of the object. */
export function causeOf(
  differences: Difference[],
  now: BillingObject,
  { tellings, isHeld, liveSince }: { tellings: Telling[]; isHeld: boolean; liveSince: Date },
): DriftCause {
  const newest = Math.max(...tellings.map((it) => it.occurredAt.getTime()));
  const last = tellings.filter((it) => it.occurredAt.getTime() === newest);
  const createdAt = createdAtOf(now);
  if (last.length === 0) return !isHeld && createdAt !== null && createdAt >= liveSince ? 'missed' : 'unknown';
  const knew = last.filter((it) => it.object !== null && tellsTheSame(it.object, now, differences));
  if (knew.length > 0) return knew.some((it) => !it.isProjected) ? 'late' : 'bug';
  return last.some((it) => it.object !== null) ? 'missed' : 'unknown';
}

function tellsTheSame(told: BillingObject, now: BillingObject, differences: Difference[]): boolean {
  const [theirs, its] = [leavesOf(now), leavesOf(told)];
  const fields = differences.map((it) => it.field);
  const compared = fields.some((field) => field === 'object' || field === 'deleted') ? [...theirs.keys()] : fields;
  return compared.every((field) => theirs.get(field) === its.get(field));
}

/** Two rows under the same names, such as a customer's row and what it should say. */
export function compareRow(objectId: string, row: Record<string, unknown>, due: Record<string, unknown>): Difference[] {
  return Object.keys(due)
    .filter((field) => !isDeepStrictEqual(plain(row[field]), plain(due[field])))
    .map((field) => ({
      objectId,
      kind: 'customer_row',
      field,
      ours: text(plain(row[field])),
      stripe: text(plain(due[field])),
    }));
}

/** A document's leaves by their path, e.g. `items.0.priceId`. */
function leavesOf(object: BillingObject): Map<string, string> {
  const leaves = new Map<string, string>();
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) walk(inner, path === '' ? key : `${path}.${key}`);
    } else leaves.set(path, String(value));
  };
  const compared = Object.entries(object).filter(([key]) => !notCompared[object.kind]?.includes(key));
  walk(plain(Object.fromEntries(compared)), '');
  return leaves;
}

/** As a row holds it: dates as text, nothing undefined. */
function plain(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}

function text(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, LONGEST_VALUE);
}

function nameOf(value: BillingObject): string {
  return 'status' in value ? value.status : 'present';
}
