/** Longer waits than this are looked at again sooner: a vendor's clock may be wrong, and a plan can be upgraded. */
const longestWaitMs = 6 * 60 * 60 * 1000;

/**
 * When a vendor that said "too many" wants to be asked again. They say it as seconds, as an HTTP date, as a unix time, or
 * in the body; without a hint it is `fallbackMs` from now.
 */
export function retryAt(
  reply: { headers: Record<string, string>; text: string },
  now: Date,
  fallbackMs = 10_000,
): Date {
  const hint =
    momentIn(reply.headers['retry-after'], now) ??
    momentIn(reply.headers['x-ratelimit-reset'] ?? reply.headers['ratelimit-reset'], now) ??
    momentIn(retryAfterInBody(reply.text), now);
  const wanted = hint?.getTime() ?? now.getTime() + fallbackMs;
  return new Date(Math.min(Math.max(wanted, now.getTime()), now.getTime() + longestWaitMs));
}

/** A hint as a moment: small numbers are seconds from now, large ones are unix seconds or milliseconds, else a date. */
function momentIn(value: string | undefined, now: Date): Date | null {
  if (value === undefined || value.trim() === '') return null;
  const number = Number(value);
  if (Number.isFinite(number)) {
    if (number < 0) return null;
    if (number > 1e11) return new Date(number);
    if (number > 1e9) return new Date(number * 1000);
    return new Date(now.getTime() + Math.ceil(number * 1000));
  }
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : new Date(date);
}

/** Discord's and Telegram's way: `retry_after` in seconds, at the top or under `parameters`. */
function retryAfterInBody(text: string): string | undefined {
  const found = /"retry_?after"\s*:\s*"?([0-9.]+)/i.exec(text);
  return found?.[1];
}
