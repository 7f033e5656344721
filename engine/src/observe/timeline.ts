import type { Slot } from '../effects/connection.ts';
import type { EffectState } from '../effects/ledger-store.ts';
import type { EffectKind } from '../effects/payloads.ts';

/** What happened to one customer, in the order we learned of it: what Stripe told, what changed, what we did about it. */
export type TimelineEntry = { key: string; at: Date } & (
  | TimelineEvent
  | TimelineTransition
  | TimelineEffect
  | TimelineIssue
);

export const timelineKinds = ['event', 'transition', 'effect', 'issue'] as const;
export type TimelineKind = (typeof timelineKinds)[number];

export interface TimelineEvent {
  kind: 'event';
  id: string;
  type: string;
  objectId: string | null;
  occurredAt: Date;
  disposition: 'recorded' | 'ignored' | 'quarantined' | 'invalid';
  origin: 'webhook' | 'repair' | 'backfill';
  /** Null while nobody has read it yet. */
  outcome: 'applied' | 'stale' | 'unchanged' | 'unresolved' | null;
}

export interface TimelineTransition {
  kind: 'transition';
  id: string;
  fact: string;
  objectId: string;
  occurredAt: Date;
  confidence: 'provisional' | 'verified';
  detail: Record<string, unknown>;
}

/** One thing we did, or will do. A state effect has one entry for each version of what was desired. */
export interface TimelineEffect {
  kind: 'effect';
  id: string;
  effectKind: EffectKind;
  slot: Slot;
  version: number;
  /** `replaced`: a newer version was desired before this one arrived. */
  state: EffectState | 'replaced';
  failure: EffectFailure | null;
  reason: string | null;
  nextAt: Date | null;
  remoteId: string | null;
  attempts: TimelineAttempt[];
}

export interface EffectFailure {
  /** The vendor's name, for people. */
  label: string | null;
  kind: string;
  reason: string;
  status: number | null;
}

export interface TimelineAttempt {
  number: number;
  purpose: 'send' | 'find';
  startedAt: Date;
  endedAt: Date | null;
  outcome: string | null;
  status: number | null;
  reason: string | null;
  vendorRequestId: string | null;
}

export interface TimelineIssue {
  kind: 'issue';
  id: number;
  title: string;
  state: 'open' | 'acknowledged' | 'muted' | 'resolved';
  resolvedAt: Date | null;
}

/** As the database hands it over: times in `detail` are ISO text. */
export interface TimelineRow {
  at: Date;
  at_micros: number;
  key: string;
  kind: TimelineKind;
  detail: Record<string, unknown>;
}

export function timelineEntry(row: TimelineRow): TimelineEntry {
  // The statement in timeline-store.ts builds `detail` from our own columns under these very names.
  const entry = { key: row.key, at: row.at, kind: row.kind, ...row.detail } as unknown as TimelineEntry;
  switch (entry.kind) {
    case 'event':
    case 'transition':
      return { ...entry, occurredAt: new Date(entry.occurredAt) };
    case 'issue':
      return { ...entry, resolvedAt: maybeDate(entry.resolvedAt) };
    case 'effect':
      return {
        ...entry,
        failure: effectFailure(entry.failure),
        nextAt: maybeDate(entry.nextAt),
        attempts: entry.attempts.map((attempt) => ({
          ...attempt,
          startedAt: new Date(attempt.startedAt),
          endedAt: maybeDate(attempt.endedAt),
        })),
      };
    default:
      return entry satisfies never;
  }
}

/** The ledger keeps more of a failure than people need. */
export function effectFailure(stored: unknown): EffectFailure | null {
  if (stored === null || typeof stored !== 'object') return null;
  const { label, kind, reason: told, status } = stored as Record<string, unknown>;
  const reason = typeof told === 'string' ? told : 'no reason was given';
  return {
    // A reason that begins with the vendor's name needs it no second time.
    label: typeof label === 'string' && !reason.startsWith(label) ? label : null,
    kind: typeof kind === 'string' ? kind : 'retryable',
    reason,
    status: typeof status === 'number' ? status : null,
  };
}

function maybeDate(value: Date | string | null): Date | null {
  return value === null ? null : new Date(value);
}
