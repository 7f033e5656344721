import type { Failure } from '@onpaid/engine';
import { retryAt } from './retry-after.ts';

export interface Reply {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string>;
  text: string;
}

/** What was asked of whom, for sentences about it. */
export interface Asked {
  /** The vendor, for people. */
  label: string;
  /** Completes "asked to …": `create the ticket`. */
  what: string;
  /** Doing it twice is the same as doing it once, so that a lost answer is merely worth a retry. */
  repeatable: boolean;
}

/** What a refusal means where the vendor's own rules do not say otherwise. The reason never holds a URL or a credential. */
export function failureOf(reply: Reply, asked: Asked, now: Date): Failure {
  const { status } = reply;
  const said = `${asked.label} answered ${status} when asked to ${asked.what}`;
  const reason = `${said}${quoted(reply)}.`;
  if (status === 429) {
    return { kind: 'rate_limited', reason: `${said}: too many calls.`, retryAt: retryAt(reply, now), status };
  }
  if (status >= 500 || status === 408 || status === 425) {
    if (!asked.repeatable) return { kind: 'ambiguous', reason: `${reason} It may have happened.`, status };
    // A vendor that is down and says for how long is waited for, as with a limit.
    if (reply.headers['retry-after']) return { kind: 'rate_limited', reason, retryAt: retryAt(reply, now), status };
    return { kind: 'retryable', reason, status };
  }
  if (status === 401) return { kind: 'auth', reason: `${reason} Check the credential.`, status };
  if (status === 403) return { kind: 'auth', reason: `${reason} Check what the credential may do.`, status };
  if (status === 402 || status === 410) return { kind: 'gone', reason, status };
  if (status === 409) return { kind: 'conflict', reason, existingId: null, status };
  if (status >= 300 && status < 400) {
    const advice = 'A redirect is never followed with credentials; configure the address it leads to.';
    return { kind: 'invalid', reason: `${said}. ${advice}`, cause: 'redirect', status };
  }
  return { kind: 'invalid', reason, cause: `http_${status}`, status };
}

/** A reply that says yes and cannot be understood: it probably happened, and nobody can say what came of it. */
export function unreadable(reply: Reply, asked: Asked): Failure {
  const reason = `${asked.label} answered ${reply.status} when asked to ${asked.what}, with something that is not its usual answer${quoted(reply)}.`;
  return { kind: asked.repeatable ? 'retryable' : 'ambiguous', reason, status: reply.status };
}

const longestQuote = 300;

function quoted(reply: Reply): string {
  const text = messageOf(reply).replace(/\s+/g, ' ').trim();
  if (text === '') return '';
  return `: "${text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text}"`;
}

/** What a vendor says in words, wherever it puts them. */
function messageOf({ text }: Reply): string {
  if (/^\s*</.test(text)) return '(a page of HTML)';
  try {
    const body = JSON.parse(text) as Record<string, unknown>;
    const words = [body.message, body.description, body.error].filter((each) => typeof each === 'string');
    return words[0] ?? text;
  } catch {
    return text;
  }
}
