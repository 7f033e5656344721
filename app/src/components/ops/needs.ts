import { countedUpTo, type Summary } from '@onpaid/engine';
import type { StatusKind } from '@/components/ui/status';

export interface Need {
  kind: StatusKind;
  words: string;
  href: string;
}

// A converge takes well under a second; what waits a minute is stuck.
const STUCK_AFTER_MS = 60_000;

/** What only a person can settle, worst first. */
export function needsIn(summary: Summary, now: Date): Need[] {
  const { effects, backlog, due } = summary;
  const isStuck = (since: Date | null) => since !== null && now.getTime() - since.getTime() > STUCK_AFTER_MS;
  const needs: (Need & { count: number })[] = [
    {
      count: isStuck(backlog.since) ? backlog.subjects : 0,
      kind: 'broken',
      words: `${counted(backlog.subjects, 'customer has', 'customers have')} events that have waited for over a minute. Is a worker running?`,
      href: '/ops/events?show=waiting',
    },
    {
      count: summary.openIssues,
      kind: 'broken',
      words: `${counted(summary.openIssues, 'issue is', 'issues are')} open.`,
      href: '/ops/issues',
    },
    {
      count: effects.dead,
      kind: 'broken',
      words: `${counted(effects.dead, 'effect has', 'effects have')} failed for good. Retry or discard.`,
      href: '/ops/effects?show=dead',
    },
    {
      count: effects.unknown,
      kind: 'attention',
      words: `${counted(effects.unknown, 'effect', 'effects')} may or may not have arrived. Say which.`,
      href: '/ops/effects?show=unknown',
    },
    {
      count: summary.refusedEvents,
      kind: 'attention',
      words: `${counted(summary.refusedEvents, 'event was', 'events were')} of the other mode or unreadable, and touched nothing.`,
      href: '/ops/events?show=refused',
    },
    {
      count: isStuck(due.since) ? due.effects : 0,
      kind: 'attention',
      words: `${counted(due.effects, 'effect is', 'effects are')} overdue by more than a minute.`,
      href: '/ops/effects?show=retrying',
    },
    {
      count: summary.failingCustomers,
      kind: 'attention',
      words: `${counted(summary.failingCustomers, 'customer has', 'customers have')} something in the way.`,
      href: '/ops?failing=yes',
    },
  ];
  return needs.filter((need) => need.count > 0);
}

export function counted(count: number, one: string, many: string): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

export function countText(count: number): string {
  return count >= countedUpTo ? `${countedUpTo.toLocaleString('en')}+` : String(count);
}
