import type { EffectKind, Payloads } from './payloads.ts';

/**
 * What a connector gives the engine: for each effect kind, how to say it to this vendor. Connectors translate; the engine
 * owns the ledger, retries, recovery, clocks and leases. Vendor folders live in the workspace `connectors`.
 */

/** A stable place in the line; which vendor stands there is configuration, and never part of an effect's identity. */
export type Slot = 'app' | 'crm' | 'email' | 'helpdesk' | 'chat';

/** What happens when a call was accepted and the answer was lost. Shown to people in words. */
export type Guarantee =
  /** The vendor enforces a unique key for ever: resend. */
  | { kind: 'exactly_once' }
  /** The vendor remembers our key this long: resend the same bytes inside it, look up after it. */
  | { kind: 'exactly_once_window'; windowMs: number }
  /** Look it up by our marker before sending again. */
  | { kind: 'lookup_strong' }
  /** As above, but visible only after a while. */
  | { kind: 'lookup_eventual'; visibleAfterMs: number }
  /** It cannot be known: ask a human, or send again and say that it may repeat. */
  | { kind: 'none'; onUnknown: 'park' | 'resend' };

/** Set where the status is known; nobody later guesses from a message text. */
export type Failure =
  | { kind: 'retryable'; reason: string; status?: number }
  | { kind: 'rate_limited'; reason: string; retryAt: Date; status?: number }
  | { kind: 'auth'; reason: string; status?: number }
  /** `cause` groups issues (e.g. `unknown_property`, `unverified_match`); what is desired may change and revive it. */
  | { kind: 'invalid'; reason: string; cause: string; status?: number }
  | { kind: 'conflict'; reason: string; existingId: string | null; status?: number }
  | { kind: 'gone'; reason: string; status?: number }
  /** It may or may not have happened. */
  | { kind: 'ambiguous'; reason: string; status?: number };

export type Result<T> = { ok: true; value: T } | { ok: false; failure: Failure };

export interface Delivered {
  /** The vendor's id for what now exists, when it tells. */
  remoteId: string | null;
  status: number | null;
  vendorRequestId: string | null;
  /** In words, when something is worth knowing ("adopted an existing contact"). */
  note?: string;
}

/**
 * Exactly what will be sent, frozen in the ledger before the first send and replayed byte for byte. Never a credential:
 * those are added while sending, by the connection.
 */
export interface StoredRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'SMTP';
  /** Relative to the connection's base; for SMTP the envelope recipient. */
  path: string;
  headers: Record<string, string>;
  bodyBase64: string | null;
}

export interface SendContext {
  effectId: string;
  /** Identity in a form vendors accept as a key: `[A-Za-z0-9_-]{16,64}`, a hash of effectId. */
  idempotencyKey: string;
  attempt: number;
  /** Version of the desired state (state effects); 1 for messages. */
  version: number;
  /** What the vendor called it last time, if we know. */
  remoteId: string | null;
  /** Of another effect of the same subject, such as the ticket that a recovery closes. */
  remoteIdOf(effectId: string): Promise<string | null>;
  /** Aborts when the deadline passes: before the lease can end. Must reach every socket. */
  signal: AbortSignal;
  now(): Date;
}

export interface MessageHandler<P> {
  shape: 'message';
  guarantee: Guarantee;
  /** Pure translation (rendering a mail is allowed); called once, before the first send. */
  build(
    payload: P,
    context: Pick<SendContext, 'effectId' | 'idempotencyKey' | 'now' | 'remoteIdOf'>,
  ): Promise<StoredRequest>;
  send(request: StoredRequest, context: SendContext): Promise<Result<Delivered>>;
  /** Required for lookup guarantees and for what outlives a key window. */
  find?(payload: P, context: SendContext): Promise<Result<Delivered | null>>;
}

export interface StateHandler<P> {
  shape: 'state';
  /** A state effect is always safe to apply again, so its guarantee says how creation is kept to one. */
  guarantee: Extract<Guarantee, { kind: 'exactly_once' | 'lookup_strong' }>;
  apply(desired: P, context: SendContext): Promise<Result<Delivered>>;
}

export type Handlers = { [K in EffectKind]?: MessageHandler<Payloads[K]> | StateHandler<Payloads[K]> };

/** One configured account at a vendor, standing in a slot. */
export interface Connection {
  slot: Slot;
  /** Folder name in `connectors`, e.g. `hubspot`. */
  vendor: string;
  /** For people, e.g. `HubSpot`. */
  label: string;
  /** At most this many calls a second, shared by all workers of this process. */
  ratePerSecond: number;
  handlers: Handlers;
  /** The cheapest authenticated read: is this connection alive, and allowed? */
  probe(signal: AbortSignal): Promise<Result<{ account: string | null }>>;
  /** Creates the properties, fields or tags it needs; safe to run again; says what it did. */
  setup?(signal: AbortSignal): Promise<Result<{ created: string[]; existing: string[] }>>;
}
