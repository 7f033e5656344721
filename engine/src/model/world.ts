import {
  aCustomer,
  anInvoice,
  aPrice,
  aSubscription,
  BOUGHT_AT,
  type StripeObject,
} from '../testing/stripe-objects.ts';

/** What a small Stripe holds and has told, for one buyer: objects of today's API, and an event for every change. */

export type Kind =
  | 'customer'
  | 'subscription'
  | 'invoice'
  | 'checkout'
  | 'payment'
  | 'charge'
  | 'refund'
  | 'dispute'
  | 'fraud_warning'
  | 'payment_method';

/** One event, as Stripe made it; how and whether it arrives is another story. */
export interface Told {
  id: string;
  type: string;
  object: StripeObject;
  previous: Record<string, unknown> | null;
  /** Whole seconds. */
  created: number;
}

/** Something that happened and deserves words: by what names, and whether one who looks now still sees it. */
export interface Fact {
  what: string;
  effects: string[];
  at: number;
  /** One who looks at Stripe now still sees it. */
  stands: () => boolean;
  /** Objects that no list of Stripe's shows to us: nobody can see the fact who was never told of any of them. */
  unlisted: string[];
  /** Nobody promises to see it: it is so by the clock alone, or only while nothing else is told. */
  isBestEffort: boolean;
  /** As old as it looks to who missed what came before; no older than `at` otherwise. */
  since: number | null;
}

/** The money for one period or order, and what became of it. */
export interface Money {
  invoiceId: string | null;
  paymentId: string;
  chargeId: string | null;
  cents: number;
  refundedCents: number;
  dispute: 'none' | 'inquiry' | 'open' | 'won' | 'lost' | 'withdrawn';
  /** It pays for what was changed in between, and for no period. */
  isProration: boolean;
}

/** What the buyer has agreed to, in the world's own words: the model's truth, kept apart from the objects that tell of it. */
export interface Deal {
  id: string;
  what: 'subscription' | 'order';
  plan: string;
  standing:
    | 'incomplete'
    | 'trialing'
    | 'active'
    | 'past_due'
    | 'unpaid'
    | 'paused'
    | 'ended'
    | 'never'
    | 'bought'
    | 'failed';
  /** A bank debit is on its way. */
  waits: boolean;
  checkoutId: string | null;
  invoiceId: string | null;
  pastDueSince: number | null;
  trialEnd: number | null;
  cancelAt: number | null;
  collectionPaused: boolean;
  /** Newest first: what pays for the present, then what paid before. */
  paid: Money[];
}

export type World = ReturnType<typeof createWorld>;

/** A month, in seconds. */
export const PERIOD = 30 * 86_400;
const cents: Record<string, number> = { starter: 1900, team: 4900, forever: 19_900 };
export const priceOf = (plan: string) => cents[plan] ?? 0;

/** `tag` keeps the ids of several worlds in one database apart. `secondsApart`: 0 puts all that one command does into one second. */
export function createWorld({ tag = '', secondsApart = 1, startsAt = BOUGHT_AT } = {}) {
  const objects = new Map<string, { kind: Kind; raw: StripeObject }>();
  const counts = new Map<string, number>();
  const world = {
    customerId: `cus_${tag}1`,
    second: startsAt,
    objects,
    gone: new Set<string>(),
    told: [] as Told[],
    facts: [] as Fact[],
    deals: [] as Deal[],
    /** Which payment an invoice is paid through; today's payloads do not say. */
    paymentOf: new Map<string, string>(),
    /** Invoices of which an attempt was refused outright. */
    declined: new Set<string>(),

    newId(prefix: string): string {
      const count = (counts.get(prefix) ?? 0) + 1;
      counts.set(prefix, count);
      return `${prefix}_${tag}${count}`;
    },
    raw(id: string): StripeObject {
      const held = objects.get(id);
      if (held === undefined) throw new Error(`The world holds no ${id}.`);
      return held.raw;
    },
    /** A new object, and the event that tells of it, if one does. */
    make(kind: Kind, raw: StripeObject, type?: string): void {
      objects.set(raw.id, { kind, raw });
      if (type !== undefined) tell(type, raw, null);
    },
    /** A change, and the events that tell of it: the first names what was there before. */
    change(id: string, patch: Record<string, unknown>, ...types: string[]): void {
      const held = objects.get(id);
      if (held === undefined) throw new Error(`The world holds no ${id}.`);
      const before = held.raw;
      const raw: StripeObject = { ...before, ...patch };
      objects.set(id, { ...held, raw });
      for (const [index, type] of types.entries()) tell(type, raw, index === 0 ? differences(before, raw) : null);
    },
    /** An event about an object as it is. */
    tellOf(id: string, type: string): void {
      tell(type, world.raw(id), null);
    },
    remove(id: string, type: string, previous: Record<string, unknown> | null = null): void {
      const { raw } = objects.get(id) ?? {};
      if (raw === undefined) return;
      objects.delete(id);
      world.gone.add(id);
      tell(type, previous === null ? raw : { ...raw, customer: null }, previous);
    },
    note(what: string, effects: string[], stands: () => boolean, how: Partial<Fact> = {}): void {
      world.facts.push({
        what,
        effects,
        at: world.second,
        stands,
        unlisted: [],
        isBestEffort: false,
        since: null,
        ...how,
      });
    },
  };

  function tell(type: string, object: StripeObject, previous: Record<string, unknown> | null): void {
    world.second += secondsApart;
    const hasBefore = previous !== null && Object.keys(previous).length > 0;
    const id = world.newId('evt');
    world.told.push({ id, type, object, previous: hasBefore ? previous : null, created: world.second });
  }

  return world;
}

/** Stripe's previous_attributes: what changed, as it was; hashes by what changed in them, lists whole. */
function differences(before: Record<string, unknown>, after: Record<string, unknown>): Record<string, unknown> {
  const changed: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [before[key] ?? null, after[key] ?? null];
    if (JSON.stringify(old) === JSON.stringify(now)) continue;
    changed[key] = isHash(old) && isHash(now) ? differences(old, now) : old;
  }
  return changed;
}

function isHash(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function aBuyer(world: World): StripeObject {
  const email = `${world.customerId}@example.com`;
  return aCustomer({ id: world.customerId, email, name: 'Ada', created: world.second });
}

/** An order is paid for once, all other plans by the month. */
export function subscriptionTo(world: World, id: string, plan: string, change: Record<string, unknown>): StripeObject {
  const raw = aSubscription({ id, created: world.second, customer: world.customerId, ...change });
  return { ...raw, items: itemsOf(raw, plan, world.second + PERIOD) };
}

export function itemsOf(subscription: StripeObject, plan: string, periodEnd: number): unknown {
  const items = subscription.items as { data: Record<string, unknown>[] };
  const price = aPrice({
    id: `price_${plan}_monthly`,
    lookup_key: `${plan}_monthly`,
    product: `prod_${plan}`,
    unit_amount: priceOf(plan),
  });
  return { ...items, data: items.data.map((item) => ({ ...item, price, current_period_end: periodEnd })) };
}

export function invoiceFor(world: World, id: string, subscriptionId: string, change: Record<string, unknown>) {
  return anInvoice({
    id,
    created: world.second,
    customer: world.customerId,
    customer_email: world.raw(world.customerId).email,
    subscriptionId,
    number: id.toUpperCase(),
    status_transitions: { finalized_at: world.second, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    ...change,
  });
}
