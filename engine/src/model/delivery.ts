import fc from 'fast-check';
import { API_VERSION, aThinEvent } from '../testing/stripe-events.ts';
import type { StripeObject } from '../testing/stripe-objects.ts';
import type { Told, World } from './world.ts';

/** What becomes of one event between Stripe and us. */
export interface Fate {
  dropped: boolean;
  /** How many rounds late it comes; a round follows every step of the life. */
  delay: number;
  /** Comes again, so many rounds after the first time. */
  again: number[];
  /** Its thin twin: comes before it, after it, or in its place. */
  twin: 'none' | 'before' | 'after' | 'instead';
  /** Its transaction begins in its round and commits in the next. */
  commitsLate: boolean;
  /** In the shapes of before 2025-03-31.basil. */
  isOld: boolean;
  /** Its place among those of its round. */
  place: number;
}

export const prompt: Fate = {
  dropped: false,
  delay: 0,
  again: [],
  twin: 'none',
  commitsLate: false,
  isOld: false,
  place: 0,
};

/** The n-th is the fate of the n-th event; those without one come at once, in order. */
export function fates(can: { drop: boolean; twin: boolean; old: boolean }): fc.Arbitrary<Fate[]> {
  const often = <T>(usual: T, rare: fc.Arbitrary<T>, weight = 2) =>
    fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight, arbitrary: rare });
  const fate = fc.record({
    dropped: can.drop ? often(false, fc.constant(true)) : fc.constant(false),
    delay: often(0, fc.integer({ min: 1, max: 4 }), 5),
    again: often<number[]>([], fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 2 })),
    twin: can.twin
      ? often<Fate['twin']>('none', fc.constantFrom('before', 'after', 'instead'))
      : fc.constant<Fate['twin']>('none'),
    commitsLate: often(false, fc.constant(true)),
    isOld: can.old ? often(false, fc.constant(true)) : fc.constant(false),
    place: fc.nat({ max: 9 }),
  });
  return fc.array(fate, { maxLength: 40, size: 'large' });
}

/** The bodies of one delivery, in the order in which they come. */
export function bodiesOf(world: World, told: Told, fate: Fate): Buffer[] {
  const snapshot = JSON.stringify({
    id: told.id,
    object: 'event',
    api_version: fate.isOld ? '2024-06-20' : API_VERSION,
    created: told.created,
    data: {
      object: fate.isOld ? asBefore(world, told.object) : told.object,
      ...(told.previous && { previous_attributes: fate.isOld ? previousAsBefore(told) : told.previous }),
    },
    livemode: false,
    pending_webhooks: 1,
    request: null,
    type: told.type,
  });
  const { id, object } = told.object;
  const created = new Date(told.created * 1_000).toISOString();
  const thin = aThinEvent(told.type, { id, object }, { id: `${told.id}_thin`, created, twinOf: told });
  const bodies = {
    none: [snapshot],
    before: [JSON.stringify(thin), snapshot],
    after: [snapshot, JSON.stringify(thin)],
    instead: [JSON.stringify(thin)],
  }[fate.twin];
  return bodies.map((body) => Buffer.from(body));
}

/** Until 2025-03-31.basil a subscription had its period, and an invoice its subscription and payment, as fields of their own. */
function asBefore(world: World, raw: StripeObject): StripeObject {
  if (raw.object === 'subscription') return { ...raw, ...periodAsBefore(raw.items) };
  if (raw.object !== 'invoice') return raw;
  const { parent, ...rest } = raw;
  const { subscription_details } = parent as { subscription_details: { subscription: string } };
  const payment_intent = world.paymentOf.get(raw.id) ?? null;
  return { ...rest, id: raw.id, object: raw.object, subscription: subscription_details.subscription, payment_intent };
}

function previousAsBefore({ object, previous }: Told): Record<string, unknown> {
  if (object.object !== 'subscription' || previous === null || !('items' in previous)) return previous ?? {};
  const items = { ...Object(object.items), ...Object(previous.items) };
  return { ...previous, ...periodAsBefore(items) };
}

function periodAsBefore(items: unknown): Record<string, unknown> {
  const { data, ...list } = items as { data: Record<string, unknown>[] };
  const { current_period_start, current_period_end } = data[0] ?? {};
  const bare = data.map(({ current_period_start: _, current_period_end: __, ...item }) => item);
  return { items: { ...list, data: bare }, current_period_start, current_period_end };
}

export function fateInWords({ dropped, delay, again, twin, commitsLate, isOld, place }: Fate): string {
  if (dropped) return 'is lost';
  const words = [
    delay > 0 && `comes ${delay} rounds late`,
    again.length > 0 && `comes again after ${again.join(' and ')} rounds`,
    twin !== 'none' && `its twin comes ${twin === 'instead' ? 'in its place' : twin}`,
    commitsLate && 'commits a round late',
    isOld && 'in an old shape',
    place > 0 && `place ${place}`,
  ].filter((word) => word !== false);
  return words.length === 0 ? 'comes at once' : words.join(', ');
}
