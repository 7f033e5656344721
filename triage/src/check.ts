/** A check gathers facts about somebody else's app, then judges them; `judge` is pure. One file in checks/ each. */
export interface Check<Facts = unknown> {
  id: string;
  title: string;
  severity: 'critical' | 'high' | 'medium' | 'low';
  /** Why failing it costs money, in a sentence. */
  why: string;
  gather(target: Target): Promise<Facts>;
  judge(facts: Facts): Finding;
}

export interface Target {
  /** The webhook's whole address. */
  webhookUrl: string;
  send: Send;
}

/** Sends one request to the target; never follows a redirect, never throws for what the network does. */
export type Send = (request: {
  method: string;
  url: string;
  headers?: Record<string, string>;
  body?: string;
}) => Promise<Reply>;

export type Reply =
  | { kind: 'answered'; status: number; location: string | null; contentType: string; body: string }
  | { kind: 'unreachable'; reason: string };

/** What could not be checked is never a pass and never a fail. */
export type Result = 'pass' | 'warn' | 'fail' | 'unknown';

export interface Finding {
  result: Result;
  expected: string;
  actual: string;
  /** Steps to mend it; empty when there is nothing to mend. */
  fix: string[];
}

export function answeredWith(reply: Reply): string {
  return reply.kind === 'answered' ? `${reply.status}${reply.location ? ` to ${reply.location}` : ''}` : reply.reason;
}
