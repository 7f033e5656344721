import { later } from './timing.ts';

const FIRST_MS = 2_000;
const FLOOR_MS = 500;
/** Retrying goes on for ever, at least this often. */
export const CAP_MS = 3_600_000;
/** Credentials are mended by people, who need minutes, not seconds. */
export const AUTH_FLOOR_MS = 300_000;
const LONGEST_LIMIT_MS = 24 * 3_600_000;

/** Exponential backoff with full jitter, so that what failed together does not come back together. `random` is in [0, 1). */
export function backoffMs(failedAttempts: number, random: number): number {
  const ceiling = Math.min(CAP_MS, FIRST_MS * 2 ** Math.max(0, failedAttempts - 1));
  return Math.max(FLOOR_MS, Math.round(random * ceiling));
}

/** When a vendor's limit lets us try again: its own word, within reason, and a little apart from each other. */
export function afterLimit(retryAt: Date, now: Date, random: number): Date {
  const waitMs = Math.min(Math.max(retryAt.getTime() - now.getTime(), FLOOR_MS), LONGEST_LIMIT_MS);
  return later(now, waitMs + Math.round(random * FLOOR_MS));
}
