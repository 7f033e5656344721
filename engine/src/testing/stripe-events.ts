import { createHmac, randomBytes } from 'node:crypto';
import type { StripeObject } from './stripe-objects.ts';

export const API_VERSION = '2026-10-28.endive';
/** A signing secret of the shape Stripe gives; tests pass it to the handler and to `signEvent`. */
export const TEST_WEBHOOK_SECRET = 'whsec_onpaid_tests_only_5f2c9d';

export interface SnapshotEvent {
  id: string;
  object: 'event';
  api_version: string | null;
  created: number;
  data: { object: StripeObject; previous_attributes?: Record<string, unknown> };
  livemode: boolean;
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null } | null;
  type: string;
}

/** The header `Stripe-Signature` for these bytes, as Stripe makes it; several secrets give several `v1`, as while rolling. */
export function signEvent(body: string | Uint8Array, secret: string | string[], at: Date = new Date()): string {
  const seconds = Math.floor(at.getTime() / 1_000);
  const signatures = [secret].flat().map((key) => {
    const mac = createHmac('sha256', key).update(`${seconds}.`).update(body).digest('hex');
    return `v1=${mac}`;
  });
  return [`t=${seconds}`, ...signatures].join(',');
}

/** A snapshot event, which carries its object; `previous` becomes `previous_attributes`. */
export function aStripeEvent(
  type: string,
  object: StripeObject,
  overrides: Partial<SnapshotEvent> & { previous?: Record<string, unknown> } = {},
): SnapshotEvent {
  const { previous, ...fields } = overrides;
  return {
    id: aNewEventId(),
    object: 'event',
    api_version: API_VERSION,
    created: Math.floor(Date.now() / 1_000),
    data: { object, ...(previous && { previous_attributes: previous }) },
    livemode: false,
    pending_webhooks: 1,
    request: { id: 'req_1', idempotency_key: null },
    type,
    ...fields,
  };
}

/** A thin event, which only names its object. Pass the snapshot event to make the two a twin pair. */
export function aThinEvent(
  type: string,
  related: { id: string; object: string },
  overrides: { id?: string; created?: string; livemode?: boolean; twinOf?: { id: string } } = {},
): StripeObject {
  const { twinOf, ...fields } = overrides;
  return {
    id: aNewEventId(),
    object: 'v2.core.event',
    created: new Date().toISOString(),
    livemode: false,
    reason: null,
    related_object: { id: related.id, type: related.object, url: `/v1/${related.object}s/${related.id}` },
    type: `v1.${type}`,
    ...(twinOf && { snapshot_event: twinOf.id }),
    ...fields,
  };
}

export function aNewEventId(): string {
  return `evt_${randomBytes(9).toString('hex')}`;
}
