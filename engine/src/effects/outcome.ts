import type { Delivered, Failure, Guarantee, Result } from './connection.ts';
import { looksNeeded, settlesAfterMs } from './recovery.ts';
import { AUTH_FLOOR_MS, afterLimit, backoffMs } from './retry.ts';
import { later } from './timing.ts';

/** One call that ended: what was asked of the vendor, and what it answered. */
export type Answer =
  | { purpose: 'send'; result: Result<Delivered> }
  | { purpose: 'find'; result: Result<Delivered | null> };

export interface Attempted {
  shape: 'message' | 'state';
  guarantee: Guarantee;
  /** An earlier send may have happened, so that a failure now proves nothing. */
  wasUnknown: boolean;
  /** Before this one, since the last success. */
  failedAttempts: number;
  limitedSince: Date | null;
  /** Looks since the last send that found nothing, before this one. */
  emptyLooks: number;
}

export interface Circumstances {
  now: Date;
  random: number;
  issueAfterAttempts: number;
  /** This connection fails for everything, so no single effect has to fail often before somebody is told. */
  circuitOpen: boolean;
}

export type Next =
  | { state: 'sent'; remoteId: string | null }
  /** It certainly has not happened. `absent`: the vendor was asked and has nothing of it, so its key starts anew. */
  | { state: 'retry_wait'; at: Date; absent: boolean }
  /** Without a moment it is parked: only a person goes on. */
  | { state: 'unknown'; at: Date | null }
  | { state: 'dead' };

export interface Outcome {
  next: Next;
  recorded: 'sent' | 'found' | 'not_found' | Failure['kind'];
  failure: Failure | null;
  failedAttempts: number;
  limitedSince: Date | null;
  /** What to open or renew an issue about. */
  issueCause: string | null;
}

/** Waiting this long on a limit is worth an issue, though nothing has failed. */
const LONG_LIMIT_MS = 600_000;

export function decideOutcome(attempted: Attempted, answer: Answer, circumstances: Circumstances): Outcome {
  const { result } = answer;
  if (!result.ok) return decideFailure(attempted, answer.purpose, result.failure, circumstances);
  const success = { failure: null, failedAttempts: 0, limitedSince: null, issueCause: null };
  if (result.value !== null) {
    const next: Next = { state: 'sent', remoteId: result.value.remoteId };
    return { ...success, next, recorded: answer.purpose === 'send' ? 'sent' : 'found' };
  }
  const looks = attempted.emptyLooks + 1;
  const next: Next =
    looks >= looksNeeded(attempted.guarantee)
      ? { state: 'retry_wait', at: circumstances.now, absent: true }
      : { state: 'unknown', at: later(circumstances.now, settlesAfterMs(attempted.guarantee)) };
  return { ...success, next, recorded: 'not_found', failedAttempts: attempted.failedAttempts };
}

function decideFailure(
  attempted: Attempted,
  purpose: Answer['purpose'],
  failure: Failure,
  { now, random, issueAfterAttempts, circuitOpen }: Circumstances,
): Outcome {
  const failedAttempts = attempted.failedAttempts + 1;
  const isEnough = failedAttempts >= issueAfterAttempts || circuitOpen;
  const backoff = later(now, backoffMs(failedAttempts, random));
  const outcome = { recorded: failure.kind, failure, failedAttempts, limitedSince: null };
  // A send that is refused now says nothing of an earlier one whose answer was lost; nor does a look that failed.
  const isOpen = attempted.wasUnknown || purpose === 'find';
  const again = (at: Date): Next => (isOpen ? { state: 'unknown', at } : { state: 'retry_wait', at, absent: false });

  switch (failure.kind) {
    case 'retryable':
      return { ...outcome, next: again(backoff), issueCause: isEnough ? 'unavailable' : null };
    case 'rate_limited': {
      // Waiting is no failure of ours: it burns no attempt.
      const at = afterLimit(failure.retryAt, now, random);
      const limitedSince = attempted.limitedSince ?? now;
      const isLong = at.getTime() - limitedSince.getTime() >= LONG_LIMIT_MS;
      return {
        ...outcome,
        next: again(at),
        failedAttempts: attempted.failedAttempts,
        limitedSince,
        issueCause: isLong ? 'rate_limited' : null,
      };
    }
    case 'auth': {
      const at = later(now, Math.max(AUTH_FLOOR_MS, backoffMs(failedAttempts, random)));
      return { ...outcome, next: again(at), issueCause: 'auth' };
    }
    case 'ambiguous': {
      if (purpose === 'send' && mustPark(attempted)) {
        return { ...outcome, next: { state: 'unknown', at: null }, issueCause: 'unknown' };
      }
      const waitMs = Math.max(settlesAfterMs(attempted.guarantee), backoffMs(failedAttempts, random));
      return {
        ...outcome,
        next: { state: 'unknown', at: later(now, waitMs) },
        issueCause: isEnough ? 'unavailable' : null,
      };
    }
    case 'conflict':
      // Whether what is there may be adopted is for the handler to judge, who looks it up anew.
      if (attempted.shape === 'state') {
        return { ...outcome, next: again(backoff), issueCause: isEnough ? 'conflict' : null };
      }
      if (failure.existingId === null || purpose === 'find') {
        return { ...outcome, next: refused(attempted, isOpen), issueCause: 'conflict' };
      }
      // A message that is already there under our key is the one we sent.
      return {
        ...outcome,
        next: { state: 'sent', remoteId: failure.existingId },
        failedAttempts: 0,
        failure: null,
        issueCause: null,
      };
    case 'gone':
      return { ...outcome, next: refused(attempted, isOpen), issueCause: 'gone' };
    case 'invalid':
      return { ...outcome, next: refused(attempted, isOpen), issueCause: failure.cause };
    default:
      return failure satisfies never;
  }
}

function mustPark({ shape, guarantee }: Attempted): boolean {
  return shape === 'message' && guarantee.kind === 'none' && guarantee.onUnknown === 'park';
}

/** Sending the same again cannot help. Whether an earlier send happened is then for a person to find out. */
function refused({ shape }: Attempted, isOpen: boolean): Next {
  return shape === 'message' && isOpen ? { state: 'unknown', at: null } : { state: 'dead' };
}
