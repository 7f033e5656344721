import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Mode } from '../config.ts';
import type { RefusalCounter } from '../going-real/refusals.ts';
import type { Metrics } from '../observe/metrics.ts';
import { readDelivery } from './delivery.ts';
import { EventNotStored, type Recorder, RecorderUnavailable } from './record.ts';
import { isWebhookSecret, verifySignature } from './verify.ts';

export const WEBHOOK_PATH = '/api/stripe/webhook';

/** Stripe's events are a few kilobytes; a long invoice's is under a tenth of this. */
export const MAX_BODY_BYTES = 1_000_000;

export interface WebhookOptions {
  mode: Mode;
  /** Every active signing secret. */
  secrets: readonly string[];
  recorder: Recorder;
  now(): Date;
  log: Logger;
  metrics?: Metrics;
  /** Told of each refusal of what carried a signature, and so may have been Stripe's. */
  refusals?: RefusalCounter;
}

/** A request as far as we look at it, whichever server it came through. */
export interface IncomingWebhook {
  method: string;
  header(name: 'content-type' | 'content-length' | 'stripe-signature'): string | null;
  /** Reads no more than it must to know that the limit is passed. Rejects when the sender goes away. */
  readBody(limitBytes: number): Promise<Buffer | 'too_large'>;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Every refusal, in the order in which it is looked for. Nobody learns more from it than what to change. */
const refusals = {
  method_not_allowed: { status: 405, message: 'Webhooks are sent with POST.' },
  content_type_unsupported: { status: 415, message: 'Webhooks are sent as application/json.' },
  body_too_large: { status: 413, message: `A body holds at most ${MAX_BODY_BYTES} bytes.` },
  body_unreadable: { status: 400, message: 'The body ended before it was whole.' },
  body_missing: { status: 400, message: 'There is no body.' },
  signature_missing: { status: 400, message: 'There is no Stripe-Signature header.' },
  signature_malformed: { status: 400, message: 'The Stripe-Signature header is not of the form t=…,v1=….' },
  signature_mismatch: { status: 400, message: 'No active signing secret made this signature for this body.' },
  signature_expired: { status: 400, message: 'The signature is older than five minutes.' },
  signature_in_future: { status: 400, message: 'The signature is more than a minute ahead of our clock.' },
  database_unavailable: { status: 503, message: 'The event could not be stored. Send it again.' },
  receiver_busy: { status: 503, message: 'Too many events are waiting to be stored. Send it again.' },
  event_not_stored: {
    status: 500,
    message: 'This event cannot be stored. Its request id finds the reason in our log.',
  },
  internal_error: { status: 500, message: 'Something here failed. Its request id finds the reason in our log.' },
} as const satisfies Record<string, { status: number; message: string }>;

export type RefusalCode = keyof typeof refusals;

type Outcome = { status: string; eventId: string } | { code: RefusalCode; error?: unknown };

/** The webhook's whole conversation: refuse, or verify, record and say what was done. Never throws. */
export function createAnswerer(options: WebhookOptions): (incoming: IncomingWebhook) => Promise<Answer> {
  if (options.secrets.length === 0 || !options.secrets.every(isWebhookSecret)) {
    throw new Error(
      'The webhook cannot be received: STRIPE_WEBHOOK_SECRET must hold real signing secrets (whsec_…), and nothing else. Anybody could sign with an empty one.',
    );
  }
  return async (incoming) => {
    const requestId = `req_${randomUUID()}`;
    const startedAt = performance.now();
    const outcome = await receive(incoming, options).catch((error: unknown): Outcome => refusalOf(error));
    const seconds = (performance.now() - startedAt) / 1_000;
    const answer = 'code' in outcome ? refuse(outcome.code, requestId) : confirm(outcome, requestId);
    const word = 'code' in outcome ? outcome.code : outcome.status;
    options.metrics?.webhookAnswered({ status: answer.status, word, seconds });
    if ('code' in outcome && incoming.header('stripe-signature') !== null) {
      options.refusals?.count(outcome.code, options.now());
    }
    report(options.log, outcome, { requestId, status: answer.status, durationMs: Math.round(seconds * 1_000) });
    return answer;
  };
}

async function receive(incoming: IncomingWebhook, options: WebhookOptions): Promise<Outcome> {
  if (incoming.method !== 'POST') return { code: 'method_not_allowed' };
  if (!/^application\/json\s*(;|$)/i.test(incoming.header('content-type') ?? '')) {
    return { code: 'content_type_unsupported' };
  }
  if (Number(incoming.header('content-length')) > MAX_BODY_BYTES) return { code: 'body_too_large' };
  const body = await incoming.readBody(MAX_BODY_BYTES).catch((error: unknown) => ({ error }));
  if (body === 'too_large') return { code: 'body_too_large' };
  if ('error' in body) return { code: 'body_unreadable', error: body.error };
  if (body.length === 0) return { code: 'body_missing' };

  const receivedAt = options.now();
  const verification = verifySignature(body, incoming.header('stripe-signature'), options.secrets, receivedAt);
  if (!verification.verified) return { code: `signature_${verification.reason}` };

  const delivery = readDelivery(body, options.mode, receivedAt);
  return { status: await options.recorder.record(delivery), eventId: delivery.key };
}

function refusalOf(error: unknown): Outcome {
  if (error instanceof RecorderUnavailable) {
    return { code: error.reason === 'busy' ? 'receiver_busy' : 'database_unavailable', error };
  }
  return { code: error instanceof EventNotStored ? 'event_not_stored' : 'internal_error', error };
}

function refuse(code: RefusalCode, requestId: string): Answer {
  const { status, message } = refusals[code];
  const headers = headersOf(requestId);
  if (status === 405) headers.allow = 'POST';
  // Stripe keeps to its own schedule; whatever stands between us and it may listen.
  if (status === 503) headers['retry-after'] = '5';
  return { status, headers, body: JSON.stringify({ error: { code, message, requestId } }) };
}

function confirm(done: { status: string; eventId: string }, requestId: string): Answer {
  return { status: 200, headers: headersOf(requestId), body: JSON.stringify({ ...done, requestId }) };
}

function headersOf(requestId: string): Record<string, string> {
  return { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', 'x-request-id': requestId };
}

function report(log: Logger, outcome: Outcome, entry: { requestId: string; status: number; durationMs: number }): void {
  if (!('code' in outcome)) {
    log.info({ ...entry, eventId: outcome.eventId, disposition: outcome.status }, 'webhook stored');
  } else if (entry.status >= 500) {
    log.error({ ...entry, code: outcome.code, err: outcome.error }, 'webhook not stored');
  } else {
    log.warn({ ...entry, code: outcome.code }, 'webhook refused');
  }
}
