import type Stripe from 'stripe';
import type { Event, Invoice } from './objects.ts';
import { isPlainHash } from './operation.ts';

/** An event that says what changed, and not what it is now. `context` is left out: there is only the one account. */
export type ThinEvent = Omit<Stripe.V2.Core.EventBase, 'context'> & {
  type: `v1.${string}`;
  related_object?: Stripe.V2.Core.Events.RelatedObject;
  data?: Stripe.Events.V1InvoiceUpcomingEvent.Data;
};

// A thin event is its snapshot told in another way, so its id is the snapshot's, too, in the other form.
const prefix = 'evt_test_6';

export function thinId(snapshotId: string): string {
  return snapshotId.replace(/^evt_/, prefix);
}

export function snapshotId(thin: string): string {
  return thin.startsWith(prefix) ? thin.replace(prefix, 'evt_') : '';
}

/** What is delivered of a thin event: whatever data belongs to it has to be fetched. */
export function thinNotification(event: Event): Omit<ThinEvent, 'data'> {
  const { data: _, ...notification } = thinEvent(event);
  return notification;
}

export function thinEvent(event: Event): ThinEvent {
  const { id, idempotency_key: key } = event.request;
  const related = relatedObject(event.data.object as Record<string, unknown>);
  const { previous_attributes: before } = event.data;
  return {
    id: thinId(event.id),
    object: 'v2.core.event',
    type: `v1.${event.type}`,
    livemode: event.livemode,
    created: new Date(event.created * 1000).toISOString(),
    ...(related && { related_object: related }),
    ...(event.type === 'invoice.upcoming' && { data: upcoming(event.data.object as Invoice) }),
    ...(before && { changes: { before, after: same(event.data.object as Record<string, unknown>, before) } }),
    // The typing knows no request without a key, so where there was none it is empty.
    ...(id !== null && { reason: { type: 'request', request: { id, idempotency_key: key ?? '' } } }),
    snapshot_event: event.id,
  };
}

/** What has no id of its own cannot be fetched, so it is not referred to. */
function relatedObject(object: Record<string, unknown>): ThinEvent['related_object'] {
  const { id, object: type } = object;
  if (typeof id !== 'string' || typeof type !== 'string') return undefined;
  return { id, type, url: `/v1/${type.replaceAll('.', '/')}s/${id}` };
}

/** An invoice that is still to come has no id, so the event says whose it will be. */
function upcoming({ customer, parent }: Invoice): NonNullable<ThinEvent['data']> {
  const subscription = parent?.subscription_details?.subscription;
  return { customer: customer ?? '', ...(subscription !== undefined && { subscription }) };
}

/** The present values of what changed. */
function same(object: Record<string, unknown>, before: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(before).map(([key, was]) => {
      const is = object[key];
      return [key, isPlainHash(was) && isPlainHash(is) ? same(is, was) : (is ?? null)];
    }),
  );
}
