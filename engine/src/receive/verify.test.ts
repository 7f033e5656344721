import fc from 'fast-check';
import Stripe from 'stripe';
import { expect, test } from 'vitest';
import { signEvent } from '../testing/stripe-events.ts';
import { isWebhookSecret, verifySignature } from './verify.ts';

const now = new Date('2026-11-02T10:00:00Z');
const secret = 'whsec_current_0123456789';
const rolled = 'whsec_rolled_01234567890';
const body = Buffer.from('{"id":"evt_1"}');
const secondsAgo = (seconds: number) => new Date(now.getTime() - seconds * 1_000);

test('a signature of any active secret is accepted, so that a rolled secret keeps working', () => {
  const verified = { verified: true };
  expect(verifySignature(body, signEvent(body, secret, now), [secret], now)).toEqual(verified);
  expect(verifySignature(body, signEvent(body, rolled, now), [secret, rolled], now)).toEqual(verified);
  expect(verifySignature(body, signEvent(body, [rolled, secret], now), [secret], now)).toEqual(verified);
});

test('what the official SDK signs is accepted', () => {
  const header = Stripe.webhooks.generateTestHeaderString({
    payload: body.toString(),
    secret,
    timestamp: now.getTime() / 1_000,
  });
  expect(verifySignature(body, header, [secret], now)).toEqual({ verified: true });
});

test.each([
  ['no header', null, 'missing'],
  ['an empty header', '  ', 'missing'],
  ['something else', 'Bearer abc', 'malformed'],
  ['no time', signEvent(body, secret, now).replace(/t=\d+,/, ''), 'malformed'],
  ['two times', `t=1,${signEvent(body, secret, now)}`, 'malformed'],
  ['only a scheme we do not know', signEvent(body, secret, now).replace('v1=', 'v0='), 'malformed'],
  ['a signature cut short', signEvent(body, secret, now).slice(0, -2), 'malformed'],
  ['a header of ten thousand signatures', `t=1,${'v1=00,'.repeat(10_000)}`, 'malformed'],
  ['another secret', signEvent(body, rolled, now), 'mismatch'],
  ['another body', signEvent('{"id":"evt_2"}', secret, now), 'mismatch'],
  [
    'a time changed after signing',
    signEvent(body, secret, secondsAgo(10)).replace(/t=\d+/, `t=${now.getTime() / 1_000}`),
    'mismatch',
  ],
  ['a signature five minutes old', signEvent(body, secret, secondsAgo(301)), 'expired'],
  ['a signature from the future', signEvent(body, secret, secondsAgo(-61)), 'in_future'],
  ['another secret and an old time', signEvent(body, rolled, secondsAgo(999)), 'mismatch'],
])('%s is refused', (_, header, reason) => {
  expect(verifySignature(body, header, [secret], now)).toEqual({ verified: false, reason });
});

test('RC2: clocks may differ by a minute, and a delivery may take five', () => {
  expect(verifySignature(body, signEvent(body, secret, secondsAgo(300)), [secret], now).verified).toBe(true);
  expect(verifySignature(body, signEvent(body, secret, secondsAgo(-60)), [secret], now).verified).toBe(true);
});

test('no header but the right one is ever accepted, and none makes it throw', () => {
  const header = fc.oneof(
    fc.string(),
    fc.tuple(fc.integer(), fc.string()).map(([time, mac]) => `t=${time},v1=${mac}`),
    fc.string({ unit: 'grapheme' }),
  );
  fc.assert(
    fc.property(header, (text) => {
      expect(verifySignature(body, text, [secret], now).verified).toBe(false);
    }),
  );
});

test.each([
  '',
  'whsec_',
  'whsec_...',
  'whsec_xxxxxxxxxxxxxxxx',
  'whsec_your_secret_here',
  'sk_test_0123456789abcdef',
  ' whsec_0123456789abcdef',
])('the secret "%s" is not one', (value) => {
  expect(isWebhookSecret(value)).toBe(false);
});

test('a secret as Stripe gives it is one', () => {
  expect(isWebhookSecret('whsec_Gm3kQ0v5Tq1J8yZr2bXc7dLfW9hNpAsE')).toBe(true);
});
