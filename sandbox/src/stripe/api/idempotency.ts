import { createHash } from 'node:crypto';
import type { SavedAnswer, State } from '../state.ts';
import { StripeError } from './errors.ts';

const keptForMs = 24 * 60 * 60 * 1000;

/** What makes two requests the same request. */
export function fingerprint(method: string, path: string, params: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([method, path, params]))
    .digest('hex');
}

/** The answer already given under this key, if any; the same key with other parameters is refused. */
export function savedAnswer(state: State, key: string, print: string, at: Date): SavedAnswer | undefined {
  const saved = state.savedAnswers.get(key);
  if (!saved || at.getTime() - saved.savedAt > keptForMs) return undefined;
  if (saved.fingerprint === print) return saved;
  throw new StripeError(
    400,
    'idempotency_error',
    `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
  );
}

/** Only what was executed is saved: a request that failed validation may be repeated under its key, as with Stripe. */
export function saveAnswer(state: State, key: string, print: string, body: object, at: Date): void {
  for (const [oldKey, answer] of state.savedAnswers) {
    if (at.getTime() - answer.savedAt <= keptForMs) break;
    state.savedAnswers.delete(oldKey);
  }
  const answer = { fingerprint: print, status: 200, body: structuredClone(body), savedAt: at.getTime() };
  state.savedAnswers.set(key, answer);
}
