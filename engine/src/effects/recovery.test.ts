import { expect, test } from 'vitest';
import type { Guarantee } from './connection.ts';
import { decideRecovery, looksNeeded, recognisesRepeats, settlesAfterMs, type Unknown } from './recovery.ts';

const SENT = new Date('2026-06-01T12:00:00Z');
const after = (ms: number) => new Date(SENT.getTime() + ms);
const HOUR = 3_600_000;

const exactlyOnce: Guarantee = { kind: 'exactly_once' };
const window: Guarantee = { kind: 'exactly_once_window', windowMs: 2 * HOUR };
const strong: Guarantee = { kind: 'lookup_strong' };
const eventual: Guarantee = { kind: 'lookup_eventual', visibleAfterMs: 60_000 };
const park: Guarantee = { kind: 'none', onUnknown: 'park' };
const resend: Guarantee = { kind: 'none', onUnknown: 'resend' };

function anUnknown(guarantee: Guarantee, change: Partial<Unknown> = {}): Unknown {
  return { shape: 'message', guarantee, canFind: true, firstSentAt: SENT, now: after(60_000), ...change };
}

test.each([
  ['a unique key at the vendor', anUnknown(exactlyOnce), 'resend'],
  ['a unique key, a year later', anUnknown(exactlyOnce, { now: after(8_760 * HOUR) }), 'resend'],
  ['a key that is still remembered', anUnknown(window, { now: after(HOUR) }), 'resend'],
  ['a key that may be forgotten any moment', anUnknown(window, { now: after(2 * HOUR - 299_000) }), 'find'],
  ['a forgotten key', anUnknown(window, { now: after(3 * HOUR) }), 'find'],
  ['a forgotten key, and nothing to look with', anUnknown(window, { now: after(3 * HOUR), canFind: false }), 'park'],
  ['a key, but no first send on record', anUnknown(window, { firstSentAt: null }), 'find'],
  ['a strong lookup', anUnknown(strong), 'find'],
  ['a lookup that lags', anUnknown(eventual), 'find'],
  ['a lookup the handler lacks', anUnknown(strong, { canFind: false }), 'park'],
  ['nothing, to be parked', anUnknown(park), 'park'],
  ['nothing, to be sent again', anUnknown(resend), 'resend'],
  ['a desired state', anUnknown(strong, { shape: 'state', canFind: false }), 'resend'],
])('EF4: a lost answer with %s is recovered', (_, unknown, step) => {
  expect(decideRecovery(unknown).step).toBe(step);
});

test('only what is sent again without any memory at the vendor is marked as a possible repeat', () => {
  expect(decideRecovery(anUnknown(resend))).toEqual({ step: 'resend', mayRepeat: true });
  expect(decideRecovery(anUnknown(exactlyOnce))).toEqual({ step: 'resend', mayRepeat: false });
});

test.each([
  ['a unique key', exactlyOnce, { looks: 1, afterMs: 0, recognises: true }],
  ['a remembered key', window, { looks: 1, afterMs: 0, recognises: true }],
  ['a strong lookup', strong, { looks: 1, afterMs: 0, recognises: false }],
  ['a lookup that lags', eventual, { looks: 2, afterMs: 60_000, recognises: false }],
  ['nothing', park, { looks: 1, afterMs: 0, recognises: false }],
])(
  'EF4: with %s it is known how often and how soon to look, and whether two sends are one',
  (_, guarantee, expected) => {
    const looks = looksNeeded(guarantee);
    expect({ looks, afterMs: settlesAfterMs(guarantee), recognises: recognisesRepeats(guarantee) }).toEqual(expected);
  },
);
