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

/**
 * Only what was executed is saved: a request that failed validation may be repeated under its key, as with Stripe. One
 * that failed while executing is answered with that failure from then on.
 */
export function saveAnswer(
  state: State,
  key: string,
  answer: Pick<SavedAnswer, 'fingerprint' | 'status' | 'body'>,
  at: Date,
): void {
  for (const [oldKey, { savedAt }] of state.savedAnswers) {
    if (at.getTime() - savedAt <= keptForMs) break;
    state.savedAnswers.delete(oldKey);
  }
  state.savedAnswers.set(key, { ...answer, body: structuredClone(answer.body), savedAt: at.getTime() });
}

/** Runs while its key is taken: a second request under it is refused until the first is answered. */
export async function underKey<Result>(
  taken: Set<string>,
  key: string | undefined,
  run: () => Promise<Result>,
): Promise<Result> {
  if (key === undefined) return run();
  if (taken.has(key)) {
    throw new StripeError(
      409,
      'idempotency_error',
      `There is currently another in-progress request using the idempotency key '${key}'. Wait for it and try again.`,
      { code: 'idempotency_key_in_use' },
    );
  }
  taken.add(key);
  try {
    return await run();
  } finally {
    taken.delete(key);
  }
}
