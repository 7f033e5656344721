import { createHash } from 'node:crypto';
import { z } from 'zod';
import { handledTypes } from '../billing/event-types.ts';
import type { Mode } from '../config.ts';
import { redact } from './redact.ts';

export type Disposition = 'recorded' | 'ignored' | 'quarantined' | 'invalid';

/** One verified delivery, ready to be stored: the event's row and the body that may be kept. */
export interface Delivery {
  /** The event's key: a snapshot event and its thin twin share one. */
  key: string;
  type: string;
  shape: 'snapshot' | 'thin' | 'raw';
  subjectId: string | null;
  objectId: string | null;
  occurredAt: Date;
  apiVersion: string | null;
  livemode: boolean;
  disposition: Disposition;
  body: Buffer;
}

/** Decides what a verified body is. Total: whatever Stripe signed becomes a delivery, at worst an invalid one. */
export function readDelivery(body: Buffer, mode: Mode, receivedAt: Date): Delivery {
  const { document, bytes } = redact(body);
  const event = envelopeSchema.safeParse(document);
  const isLive = mode === 'live';
  if (!event.success) return unreadable(body, bytes, isLive, receivedAt);
  const read = event.data.object === 'event' ? readSnapshot(event.data) : readThin(event.data);
  const disposition = dispositionOf(read, isLive);
  if (disposition === 'invalid') return unreadable(body, bytes, isLive, receivedAt);
  return { ...read, disposition, body: bytes };
}

/** What PostgreSQL can store and index, and a person can read: no control characters, no surprises. */
const word = z.string().regex(/^[\x21-\x7e]{1,255}$/);
const lastSecondOf9999 = 253_402_300_799;

const namedSchema = z.looseObject({ id: word.optional().catch(undefined), object: z.string().optional() });

const snapshotSchema = z.object({
  object: z.literal('event'),
  id: word,
  type: word,
  created: z.number().int().min(0).max(lastSecondOf9999),
  livemode: z.boolean(),
  api_version: word.nullish(),
  data: z.object({ object: namedSchema, previous_attributes: z.looseObject({}).nullish() }),
});

const thinSchema = z.object({
  object: z.literal('v2.core.event'),
  id: word,
  type: word,
  created: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
  livemode: z.boolean(),
  snapshot_event: word.nullish(),
  related_object: z.object({ id: word.nullish(), type: z.string() }).nullish(),
});

/** The envelope alone: what an object looks like inside is for whoever projects it, and must not cost us an event. */
const envelopeSchema = z.discriminatedUnion('object', [snapshotSchema, thinSchema]);

type ReadEvent = Omit<Delivery, 'disposition' | 'body'>;

function readSnapshot(event: z.infer<typeof snapshotSchema>): ReadEvent {
  const { object, previous_attributes: before } = event.data;
  return {
    key: event.id,
    type: event.type,
    shape: 'snapshot',
    subjectId: subjectOf(object, before ?? {}),
    objectId: object.id ?? null,
    occurredAt: new Date(event.created * 1_000),
    apiVersion: event.api_version ?? null,
    livemode: event.livemode,
  };
}

function readThin(event: z.infer<typeof thinSchema>): ReadEvent {
  const objectId = event.related_object?.id ?? null;
  return {
    key: event.snapshot_event ?? event.id,
    // A thin event about a v1 object carries the snapshot's type behind a prefix; one word for one thing.
    type: event.type.replace(/^v1\./, ''),
    shape: 'thin',
    // It never names the customer: the object stands in until converging knows better.
    subjectId: objectId,
    objectId,
    occurredAt: event.created,
    apiVersion: null,
    livemode: event.livemode,
  };
}

/**
 * The Stripe customer the object is, names, or named until now (a payment method that was detached); a price's product; else
 * the object itself, which will get one.
 */
function subjectOf(object: z.infer<typeof namedSchema>, before: Record<string, unknown>): string | null {
  if (object.object === 'customer') return object.id ?? null;
  const owner = object.object === 'price' ? object.product : (object.customer ?? before.customer);
  return idIn(owner) ?? object.id ?? null;
}

/** An id, or the object itself where it was expanded. */
function idIn(named: unknown): string | undefined {
  const id = typeof named === 'object' && named !== null && 'id' in named ? named.id : named;
  return word.safeParse(id).data;
}

function dispositionOf(event: ReadEvent, isLive: boolean): Disposition {
  if (event.livemode !== isLive) return 'quarantined';
  if (!handledTypes.has(event.type)) return 'ignored';
  // A type we handle that is about nothing we could name is not what Stripe documents: kept, and reported.
  return event.subjectId === null ? 'invalid' : 'recorded';
}

/** Verified, so Stripe did send it: kept under the hash of its bytes, so that its repeats are known as such. */
function unreadable(body: Buffer, redacted: Buffer, isLive: boolean, receivedAt: Date): Delivery {
  return {
    key: `invalid_${createHash('sha256').update(body).digest('hex')}`,
    type: 'unreadable',
    shape: 'raw',
    subjectId: null,
    objectId: null,
    occurredAt: receivedAt,
    apiVersion: null,
    livemode: isLive,
    disposition: 'invalid',
    body: redacted,
  };
}
