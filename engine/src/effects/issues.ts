import { effectId } from './catalog.ts';
import type { Slot } from './connection.ts';
import type { PlannedEffect } from './plan.ts';

/** What an issue is about: every effect that fails for this cause at this connection is one issue. */
export interface IssueSubject {
  slot: Slot;
  /** Folder name of the vendor, or `onpaid` when the fault is ours. */
  vendor: string;
  label: string;
  cause: string;
}

export interface IssueRow {
  id: number;
  slot: Slot | null;
  vendor: string | null;
  cause: string;
  title: string;
  occurrences: number;
  effects: number;
}

export function issueKey({ slot, vendor, cause }: IssueSubject): string {
  return `${slot}|${vendor}|${cause}`;
}

export function issueTitle({ label, cause }: IssueSubject): string {
  switch (cause) {
    case 'unavailable':
      return `${label} does not do what it is asked; we keep trying`;
    case 'rate_limited':
      return `${label} has made us wait for more than ten minutes`;
    case 'auth':
      return `${label} refuses our credentials`;
    case 'unknown':
      return `${label} may or may not have done it: the answer was lost, and only a person can tell`;
    case 'gone':
      return `${label} says that what we address is gone`;
    case 'conflict':
      return `${label} says that this is in conflict with what it has`;
    case 'preparation':
      return `We could not prepare what ${label} should get`;
    case 'unverified_match':
      return `${label} has a contact with this address already; it is linked once the customer has signed in and so proven the address`;
    case 'merged_contact':
      return `${label} has two contacts of one customer, who was merged here; merge them there`;
    default:
      return `${label} refuses what we send: ${cause.replaceAll('_', ' ')}`;
  }
}

/** The alert of an issue. Chat cannot be told through chat that chat is broken: null. */
export function issueNotice(
  kind: 'chat.issue_opened' | 'chat.issue_resolved',
  issue: IssueRow,
  now: Date,
): PlannedEffect | null {
  if (issue.slot === 'chat') return null;
  return {
    id: effectId(kind, `iss_${issue.id}`),
    kind,
    held: false,
    suppressed: null,
    // Good news never overtakes the bad.
    afterId: kind === 'chat.issue_resolved' ? effectId('chat.issue_opened', `iss_${issue.id}`) : null,
    occurredAt: now,
    payload: {
      issueId: issue.id,
      title: issue.title,
      vendor: issue.vendor,
      cause: issue.cause,
      occurrences: issue.occurrences,
      effects: issue.effects,
    },
  };
}
