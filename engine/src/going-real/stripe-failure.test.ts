import Stripe from 'stripe';
import { expect, test } from 'vitest';
import { describeStripeFailure, readStripeFailure } from './stripe-failure.ts';

const { errors } = Stripe;

test.each([
  [
    "The provided key 'rk_test_***d' does not have the required permissions for this endpoint on account 'acct_1'. Having the 'rak_customer_read' permission would allow this request to continue.",
    'rak_customer_read',
  ],
  [
    "Enabling Webhook Endpoints, Event Destinations Read ('webhook_read') permissions on this key would allow this request to continue.",
    'webhook_read',
  ],
  ['This key may not do that.', null],
])('GO4: Stripe’s own name of a missing permission is read from %s', (message, permission) => {
  const error = new errors.StripePermissionError({ message, type: 'invalid_request_error' });
  expect(readStripeFailure(error)).toEqual({ kind: 'permission', permission });
});

test.each([
  [new errors.StripeAuthenticationError({ message: 'Invalid API Key', type: 'invalid_request_error' }), 'key'],
  [new errors.StripeConnectionError({ message: 'refused', type: 'api_error' }), 'unreachable'],
  [new errors.StripeRateLimitError({ message: 'slow', type: 'rate_limit_error' }), 'limited'],
  [
    new errors.StripeInvalidRequestError({ message: 'none', type: 'invalid_request_error', statusCode: 404 }),
    'missing',
  ],
])('a failure is told by what to do about it: %s', (error, kind) => {
  expect(readStripeFailure(error)).toEqual({ kind });
});

test('what Stripe says is passed on, and a key in it is not', () => {
  const message = 'Amount is wrong for sk_live_4eC39HqLyjWDarjtT1zdp7dc';
  const failure = readStripeFailure(
    new errors.StripeInvalidRequestError({ message, type: 'invalid_request_error', statusCode: 400 }),
  );
  expect(describeStripeFailure(failure)).toBe('Stripe answered 400: Amount is wrong for sk_live_…');
});

test('what is not Stripe’s is thrown on', () => {
  expect(() => readStripeFailure(new TypeError('a bug of ours'))).toThrow('a bug of ours');
});
