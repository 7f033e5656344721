import type { Guarantee } from './connection.ts';

/** What to do with an effect of which nobody knows whether it happened. */
export type Recovery =
  | { step: 'resend'; mayRepeat: boolean }
  | { step: 'find' }
  /** Only a person can tell. */
  | { step: 'park'; reason: string };

export interface Unknown {
  shape: 'message' | 'state';
  guarantee: Guarantee;
  /** The handler can look for what we sent. */
  canFind: boolean;
  firstSentAt: Date | null;
  now: Date;
}

const RESEND: Recovery = { step: 'resend', mayRepeat: false };

export function decideRecovery(unknown: Unknown): Recovery {
  const { guarantee, now, firstSentAt } = unknown;
  // What is desired may always be applied again: the version tells the vendor which is newer.
  if (unknown.shape === 'state') return RESEND;
  switch (guarantee.kind) {
    case 'exactly_once':
      return RESEND;
    case 'exactly_once_window':
      return firstSentAt !== null && now.getTime() < windowEnd(firstSentAt, guarantee.windowMs)
        ? RESEND
        : look(unknown);
    case 'lookup_strong':
    case 'lookup_eventual':
      return look(unknown);
    case 'none':
      return guarantee.onUnknown === 'resend'
        ? { step: 'resend', mayRepeat: true }
        : { step: 'park', reason: 'The answer was lost, and this vendor cannot be asked whether it arrived.' };
    default:
      return guarantee satisfies never;
  }
}

function look(unknown: Unknown): Recovery {
  return unknown.canFind
    ? { step: 'find' }
    : { step: 'park', reason: 'The answer was lost, and the vendor no longer recognises a repeat.' };
}

/** The vendor's clock and ours differ, and a request takes time: the last tenth of the window, at most five minutes, is not used. */
function windowEnd(firstSentAt: Date, windowMs: number): number {
  return firstSentAt.getTime() + windowMs - Math.min(300_000, windowMs / 10);
}

/** How many looks must find nothing before we believe that it never arrived. */
export function looksNeeded(guarantee: Guarantee): number {
  return guarantee.kind === 'lookup_eventual' ? 2 : 1;
}

/** Nothing can be learnt sooner than this after sending. */
export function settlesAfterMs(guarantee: Guarantee): number {
  return guarantee.kind === 'lookup_eventual' ? guarantee.visibleAfterMs : 0;
}

/** The vendor takes a repeat for what it is, so two accepted sends are still one. */
export function recognisesRepeats(guarantee: Guarantee): boolean {
  return guarantee.kind === 'exactly_once' || guarantee.kind === 'exactly_once_window';
}
