import { expect, test } from 'vitest';
import type { Delivered, Failure, Guarantee } from './connection.ts';
import { type Answer, type Attempted, type Circumstances, decideOutcome } from './outcome.ts';

const NOW = new Date('2026-06-01T12:00:00Z');
const after = (ms: number) => new Date(NOW.getTime() + ms);
const circumstances: Circumstances = { now: NOW, random: 0.5, issueAfterAttempts: 3, circuitOpen: false };

const guarantees = {
  exactly_once: { kind: 'exactly_once' },
  exactly_once_window: { kind: 'exactly_once_window', windowMs: 7_200_000 },
  lookup_strong: { kind: 'lookup_strong' },
  lookup_eventual: { kind: 'lookup_eventual', visibleAfterMs: 60_000 },
  'none, park': { kind: 'none', onUnknown: 'park' },
  'none, resend': { kind: 'none', onUnknown: 'resend' },
} as const satisfies Record<string, Guarantee>;

const failures = {
  retryable: { kind: 'retryable', reason: 'answered 503' },
  rate_limited: { kind: 'rate_limited', reason: 'answered 429', retryAt: after(30_000) },
  auth: { kind: 'auth', reason: 'answered 401' },
  invalid: { kind: 'invalid', reason: 'answered 400', cause: 'unknown_property' },
  conflict: { kind: 'conflict', reason: 'answered 409', existingId: null },
  gone: { kind: 'gone', reason: 'answered 410' },
  ambiguous: { kind: 'ambiguous', reason: 'broke off' },
} as const satisfies Record<Failure['kind'], Failure>;

function anAttempt(change: Partial<Attempted> = {}): Attempted {
  return {
    shape: 'message',
    guarantee: guarantees.exactly_once,
    wasUnknown: false,
    failedAttempts: 0,
    limitedSince: null,
    emptyLooks: 0,
    ...change,
  };
}
const sent = (failure: Failure): Answer => ({ purpose: 'send', result: { ok: false, failure } });
const looked = (value: Delivered | null): Answer => ({ purpose: 'find', result: { ok: true, value } });
const delivered: Delivered = { remoteId: '42', status: 200, vendorRequestId: null };

/** Before the first send: a failure that is no ambiguity proves that nothing happened. */
const fresh = {
  retryable: 'retry_wait in 1 s',
  rate_limited: 'retry_wait in 30 s',
  auth: 'retry_wait in 300 s, issue auth',
  invalid: 'dead, issue unknown_property',
  conflict: 'dead, issue conflict',
  gone: 'dead, issue gone',
} as const;

/** After a send whose answer was lost: whatever this one says, the earlier one may have arrived. */
const undecided = {
  retryable: 'unknown in 1 s',
  rate_limited: 'unknown in 30 s',
  auth: 'unknown in 300 s, issue auth',
  invalid: 'unknown parked, issue unknown_property',
  conflict: 'unknown parked, issue conflict',
  gone: 'unknown parked, issue gone',
} as const;

const ambiguous: Record<keyof typeof guarantees, string> = {
  exactly_once: 'unknown in 1 s',
  exactly_once_window: 'unknown in 1 s',
  lookup_strong: 'unknown in 1 s',
  lookup_eventual: 'unknown in 60 s',
  'none, park': 'unknown parked, issue unknown',
  'none, resend': 'unknown in 1 s',
};

const table = (Object.keys(guarantees) as (keyof typeof guarantees)[]).flatMap((guarantee) =>
  (Object.keys(failures) as Failure['kind'][]).flatMap((failure) => [
    {
      guarantee,
      failure,
      wasUnknown: false,
      expected: failure === 'ambiguous' ? ambiguous[guarantee] : fresh[failure],
    },
    {
      guarantee,
      failure,
      wasUnknown: true,
      expected: failure === 'ambiguous' ? ambiguous[guarantee] : undecided[failure],
    },
  ]),
);

test.each(table)('$guarantee, $failure, an earlier answer lost: $wasUnknown → $expected', (row) => {
  const attempted = anAttempt({ guarantee: guarantees[row.guarantee], wasUnknown: row.wasUnknown });
  expect(inWords(decideOutcome(attempted, sent(failures[row.failure]), circumstances))).toBe(row.expected);
});

test.each([
  ['retryable', 'retry_wait in 1 s'],
  ['rate_limited', 'retry_wait in 30 s'],
  ['auth', 'retry_wait in 300 s, issue auth'],
  ['invalid', 'dead, issue unknown_property'],
  ['conflict', 'retry_wait in 1 s'],
  ['gone', 'dead, issue gone'],
  ['ambiguous', 'unknown in 1 s'],
] as const)('a state that meets %s is never parked: %s', (failure, expected) => {
  const attempted = anAttempt({ shape: 'state', guarantee: guarantees.lookup_strong });
  expect(inWords(decideOutcome(attempted, sent(failures[failure]), circumstances))).toBe(expected);
});

test.each(Object.values(failures))('a look that fails with $kind proves nothing', (failure) => {
  const attempted = anAttempt({ guarantee: guarantees.lookup_strong, wasUnknown: true });
  const answer: Answer = { purpose: 'find', result: { ok: false, failure } };
  expect(decideOutcome(attempted, answer, circumstances).next.state).toBe('unknown');
});

test('success ends every count', () => {
  const attempted = anAttempt({ failedAttempts: 7, limitedSince: NOW, wasUnknown: true });
  const outcome = decideOutcome(attempted, { purpose: 'send', result: { ok: true, value: delivered } }, circumstances);
  expect(outcome).toEqual({
    next: { state: 'sent', remoteId: '42' },
    recorded: 'sent',
    failure: null,
    failedAttempts: 0,
    limitedSince: null,
    issueCause: null,
  });
});

test('what is found was sent; what a strong lookup does not find may be sent again at once', () => {
  const attempted = anAttempt({ guarantee: guarantees.lookup_strong, wasUnknown: true, failedAttempts: 1 });
  expect(decideOutcome(attempted, looked(delivered), circumstances)).toMatchObject({
    next: { state: 'sent', remoteId: '42' },
    recorded: 'found',
  });
  expect(decideOutcome(attempted, looked(null), circumstances)).toMatchObject({
    next: { state: 'retry_wait', at: NOW, absent: true },
    recorded: 'not_found',
    failedAttempts: 1,
  });
});

test('a lookup that lags must find nothing twice', () => {
  const attempted = anAttempt({ guarantee: guarantees.lookup_eventual, wasUnknown: true });
  expect(decideOutcome(attempted, looked(null), circumstances).next).toEqual({ state: 'unknown', at: after(60_000) });
  const second = { ...attempted, emptyLooks: 1 };
  expect(decideOutcome(second, looked(null), circumstances).next).toMatchObject({ state: 'retry_wait', absent: true });
});

test('what is already there under our key is the message we sent, and a state is for its handler to judge anew', () => {
  const answer = sent({ kind: 'conflict', reason: 'answered 409', existingId: '42' });
  expect(decideOutcome(anAttempt(), answer, circumstances).next).toEqual({ state: 'sent', remoteId: '42' });
  expect(decideOutcome(anAttempt({ shape: 'state' }), answer, circumstances).next.state).toBe('retry_wait');
});

test.each(['retryable', 'ambiguous'] as const)(
  'the third failed attempt (%s) opens an issue, and every one after it renews it',
  (kind) => {
    const issues = [0, 1, 2, 3, 50].map(
      (failedAttempts) => decideOutcome(anAttempt({ failedAttempts }), sent(failures[kind]), circumstances).issueCause,
    );
    expect(issues).toEqual([null, null, 'unavailable', 'unavailable', 'unavailable']);
  },
);

test('when everything at a connection fails, the first failure of one effect is enough for an issue', () => {
  expect(decideOutcome(anAttempt(), sent(failures.retryable), { ...circumstances, circuitOpen: true }).issueCause).toBe(
    'unavailable',
  );
});

test('waiting on a limit burns no attempt, and opens an issue only when it takes ten minutes', () => {
  const first = decideOutcome(anAttempt({ failedAttempts: 2 }), sent(failures.rate_limited), circumstances);
  expect(first).toMatchObject({ failedAttempts: 2, limitedSince: NOW, issueCause: null });
  const tenMinutesOn = anAttempt({ limitedSince: after(-575_000) });
  expect(decideOutcome(tenMinutesOn, sent(failures.rate_limited), circumstances).issueCause).toBe('rate_limited');
  const tomorrow = sent({ ...failures.rate_limited, retryAt: after(43_200_000) });
  expect(decideOutcome(anAttempt(), tomorrow, circumstances).issueCause).toBe('rate_limited');
});

function inWords({ next, issueCause }: ReturnType<typeof decideOutcome>): string {
  const at =
    'at' in next
      ? next.at === null
        ? ' parked'
        : ` in ${Math.round((next.at.getTime() - NOW.getTime()) / 1_000)} s`
      : '';
  return `${next.state}${at}${issueCause === null ? '' : `, issue ${issueCause}`}`;
}
