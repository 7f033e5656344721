import { createHash } from 'node:crypto';
import type { LineContext } from '../context.ts';
import { type AnyHandler, callVendor } from './call.ts';
import type { Connection, SendContext, StoredRequest } from './connection.ts';
import { beginCall, type EffectRow, readRemoteId } from './ledger-store.ts';
import type { Answer, Outcome } from './outcome.ts';
import { paceOf } from './pace-keeper.ts';
import { isOpen } from './pacing.ts';
import { payloadSchemas } from './payloads.ts';
import { decideRecovery } from './recovery.ts';
import { backoffMs } from './retry.ts';
import { type Ended, settle, settleWithoutCall } from './settle.ts';
import { later, TIMEOUT_MS } from './timing.ts';

/**
 * Runs one claimed effect: decide what to ask, write down exactly what will be sent, ask, and settle. Between these commits
 * the process may die anywhere. True when the vendor was asked.
 */
export async function runEffect(
  context: LineContext,
  effect: EffectRow,
  connection: Connection,
  { timeoutMs = TIMEOUT_MS } = {},
): Promise<boolean> {
  context.reached('effect.claimed', effect.slot);
  const handler: AnyHandler | undefined = connection.handlers[effect.kind];
  if (handler === undefined)
    throw new Error(`${connection.vendor} was given ${effect.id}, which it has no handler for.`);

  const step = nextStep(effect, handler, context.now());
  if (step.do === 'park') {
    await settleWithoutCall(context, effect, { outcome: parked(effect, step.reason), reason: step.reason });
    return false;
  }
  const hash = effect.shape === 'state' ? hashOf(effect.data) : null;
  if (hash !== null && hash === effect.applied_hash) {
    await settleWithoutCall(context, effect, { outcome: inStep(), applied: { version: effect.version, hash } });
    return false;
  }
  const prepared = await prepare(context, effect, handler);
  if (!prepared.ok) {
    await settleWithoutCall(context, effect, {
      outcome: unprepared(context, effect, prepared.reason),
      cause: { slot: effect.slot, vendor: 'onpaid', label: connection.label, cause: 'preparation' },
    });
    context.log.error({ err: prepared.error, effect: effect.id }, 'an effect could not be prepared');
    return false;
  }

  const purpose = step.do;
  const { payload, request } = prepared;
  const attempt = await beginCall(context.db, { effect, purpose, request, now: context.now() });
  if (attempt === null) return false;
  context.reached('effect.sending', effect.slot);

  const ended = (answer: Answer): Ended => ({
    effect,
    guarantee: handler.guarantee,
    attempt,
    answer,
    hash,
    mayRepeat: step.do === 'send' && step.mayRepeat,
    circuitOpen: isOpen(paceOf(connection, context.now()).value),
  });
  const send = { ...sendContext(context, effect), attempt: attempt.number };
  if (isTooLate(attempt.startedAt, context.now(), timeoutMs)) {
    await settle(context, ended(notSent(purpose)));
    return false;
  }
  const answer = await callVendor({ handler, purpose, payload, request, send, timeoutMs }, (lateAnswer) => {
    settle(context, ended(lateAnswer)).catch((error: unknown) => {
      context.log.error({ err: error, effect: effect.id }, 'a late answer could not be kept');
    });
  });
  paceOf(connection, context.now()).learn(answer, context.now());
  context.reached('effect.answered', effect.slot);

  await settle(context, ended(answer));
  context.reached('effect.settled', effect.slot);
  return true;
}

type Step = { do: 'send'; mayRepeat: boolean } | { do: 'find' } | { do: 'park'; reason: string };

function nextStep(effect: EffectRow, handler: AnyHandler, now: Date): Step {
  if (effect.state !== 'unknown') return { do: 'send', mayRepeat: false };
  const recovery = decideRecovery({
    shape: effect.shape,
    guarantee: handler.guarantee,
    canFind: handler.shape === 'message' && handler.find !== undefined,
    firstSentAt: effect.first_sent_at,
    now,
  });
  switch (recovery.step) {
    case 'resend':
      return { do: 'send', mayRepeat: recovery.mayRepeat };
    case 'find':
      return { do: 'find' };
    case 'park':
      return { do: 'park', reason: recovery.reason };
    default:
      return recovery satisfies never;
  }
}

type Prepared =
  | { ok: true; payload: unknown; request: StoredRequest | null }
  | { ok: false; reason: string; error: unknown };

/** A message's request is built once and then read from the ledger, byte for byte. A state is built by its handler, each time. */
async function prepare(context: LineContext, effect: EffectRow, handler: AnyHandler): Promise<Prepared> {
  try {
    const payload: unknown = payloadSchemas[effect.kind].parse(effect.data);
    if (handler.shape === 'state') return { ok: true, payload, request: null };
    const request = effect.request ?? (await handler.build(payload, sendContext(context, effect)));
    return { ok: true, payload, request };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: `Preparing it failed: ${reason.slice(0, 200)}`, error };
  }
}

function sendContext(context: LineContext, effect: EffectRow): Omit<SendContext, 'signal' | 'attempt'> {
  return {
    effectId: effect.id,
    idempotencyKey: idempotencyKey(effect.id),
    version: effect.version,
    remoteId: effect.remote_id,
    remoteIdOf: (id) => readRemoteId(context.db, id),
    now: () => context.now(),
  };
}

/** The same for good, tells a vendor nothing, and fits what every vendor takes for a key. */
export function idempotencyKey(effectId: string): string {
  return createHash('sha256').update(effectId).digest('base64url');
}

/** PostgreSQL keeps jsonb in one order of keys, so equal data is equal text. */
function hashOf(data: unknown): string {
  return createHash('sha256').update(JSON.stringify(data)).digest('base64url');
}

/** Time enough must be left for a whole request; a process that slept between the commit and here has none. */
function isTooLate(startedAt: Date, now: Date, timeoutMs: number): boolean {
  return now.getTime() - startedAt.getTime() > timeoutMs;
}

function notSent(purpose: 'send' | 'find'): Answer {
  const reason = 'This process slept too long between writing it down and sending it; nothing was sent.';
  return { purpose, result: { ok: false, failure: { kind: 'retryable', reason } } };
}

function parked(effect: EffectRow, reason: string): Outcome {
  return {
    next: { state: 'unknown', at: null },
    recorded: 'ambiguous',
    failure: { kind: 'ambiguous', reason },
    failedAttempts: effect.failed_attempts,
    limitedSince: null,
    issueCause: 'unknown',
  };
}

function inStep(): Outcome {
  return {
    next: { state: 'sent', remoteId: null },
    recorded: 'sent',
    failure: null,
    failedAttempts: 0,
    limitedSince: null,
    issueCause: null,
  };
}

/** Our own fault: tried again, because the next version may have mended it, and told of like a vendor's. */
function unprepared(context: LineContext, effect: EffectRow, reason: string): Outcome {
  const failedAttempts = effect.failed_attempts + 1;
  const at = later(context.now(), backoffMs(failedAttempts, Math.random()));
  return {
    next: effect.state === 'unknown' ? { state: 'unknown', at } : { state: 'retry_wait', at, absent: false },
    recorded: 'retryable',
    failure: { kind: 'retryable', reason },
    failedAttempts,
    limitedSince: null,
    issueCause: failedAttempts >= context.policy.issueAfterAttempts ? 'preparation' : null,
  };
}
