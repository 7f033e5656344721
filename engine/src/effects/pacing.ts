/**
 * How fast one connection may be called, as a value: a token bucket, a pause when the vendor asks for one, and a circuit
 * breaker. Waiting for any of them burns no attempt, because it happens before an effect is claimed.
 */
export interface Pace {
  tokens: number;
  filledAt: Date;
  pausedUntil: Date;
  failuresInARow: number;
  /** Set while the circuit is open: nothing is sent before, and one probe after it. */
  openUntil: Date | null;
  isProbing: boolean;
}

export type Admission = { admitted: true; pace: Pace } | { admitted: false; until: Date | null; pace: Pace };

const OPENS_AFTER = 5;
const FIRST_OPEN_MS = 5_000;
const LONGEST_OPEN_MS = 60_000;
const LONGEST_PAUSE_MS = 300_000;

export function freshPace(ratePerSecond: number, now: Date): Pace {
  return {
    tokens: Math.max(1, ratePerSecond),
    filledAt: now,
    pausedUntil: now,
    failuresInARow: 0,
    openUntil: null,
    isProbing: false,
  };
}

/** One call, or when to ask again; null: when the probe that is under way has ended. */
export function admit(pace: Pace, ratePerSecond: number, now: Date): Admission {
  if (pace.isProbing) return { admitted: false, until: null, pace };
  const waitUntil = new Date(Math.max(pace.pausedUntil.getTime(), pace.openUntil?.getTime() ?? 0));
  if (waitUntil > now) return { admitted: false, until: waitUntil, pace };
  const filled = fill(pace, ratePerSecond, now);
  if (filled.tokens < 1) {
    const waitMs = Math.ceil(((1 - filled.tokens) / ratePerSecond) * 1_000);
    return { admitted: false, until: new Date(now.getTime() + waitMs), pace: filled };
  }
  return { admitted: true, pace: { ...filled, tokens: filled.tokens - 1, isProbing: pace.openUntil !== null } };
}

function fill(pace: Pace, ratePerSecond: number, now: Date): Pace {
  const seconds = Math.max(0, now.getTime() - pace.filledAt.getTime()) / 1_000;
  const tokens = Math.min(Math.max(1, ratePerSecond), pace.tokens + seconds * ratePerSecond);
  return { ...pace, tokens, filledAt: now };
}

/** Nothing was due after all, or the call never started. */
export function giveBack(pace: Pace): Pace {
  return { ...pace, tokens: pace.tokens + 1, isProbing: false };
}

/** Learns from an answer. Anything but silence and server errors shows that the vendor is there. */
export function learn(pace: Pace, kind: 'failed' | 'answered' | { limitedUntil: Date }, now: Date): Pace {
  if (kind === 'failed') {
    const failuresInARow = pace.failuresInARow + 1;
    const openings = failuresInARow - OPENS_AFTER;
    const openMs = Math.min(LONGEST_OPEN_MS, FIRST_OPEN_MS * 2 ** Math.min(openings, 10));
    const openUntil = openings < 0 ? null : new Date(now.getTime() + openMs);
    return { ...pace, failuresInARow, openUntil, isProbing: false };
  }
  const closed = { ...pace, failuresInARow: 0, openUntil: null, isProbing: false };
  if (kind === 'answered') return closed;
  const pausedUntil = new Date(Math.min(kind.limitedUntil.getTime(), now.getTime() + LONGEST_PAUSE_MS));
  return { ...closed, pausedUntil: pausedUntil > pace.pausedUntil ? pausedUntil : pace.pausedUntil };
}

export function isOpen(pace: Pace): boolean {
  return pace.openUntil !== null;
}
