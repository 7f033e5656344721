import { setTimeout as wait } from 'node:timers/promises';
import { createRateWindow } from '../../vendors/rate-window.ts';
import type { Faults } from '../faults.ts';
import { luckOf } from '../luck.ts';
import { StripeError } from './errors.ts';
import type { Route } from './route.ts';

/** What goes wrong before a request is executed: it waits, or is turned away. */
export async function misbehave(faults: Faults): Promise<void> {
  const { status, latencyMs = 0 } = faults.api ?? {};
  if (latencyMs > 0) await wait(latencyMs);
  if (status === 429) throw tooMany('global-rate');
  if (status === undefined) return;
  const type = status >= 500 ? 'api_error' : 'invalid_request_error';
  throw new StripeError(status, type, `The sandbox was told to answer ${status}.`);
}

/** What goes wrong while it is executed. */
export function failByChance(faults: Faults): void {
  const { failRate = 0 } = faults.api ?? {};
  if (failRate > 0 && luckOf(faults).next() < failRate) {
    throw new StripeError(500, 'api_error', 'An unknown error occurred: the sandbox was told to fail by chance.');
  }
}

/** Stripe counts each operation of its API apart: one route is one endpoint, whatever its ids. */
export function limitRate(faults: Faults, { method, path }: Route): void {
  const perSecond = faults.api?.rate?.perSecond;
  if (perSecond === undefined) return;
  const window = createRateWindow({ max: perSecond, perMs: 1000, now: () => new Date() });
  if (!luckOf(faults).keep(`${method} ${path}`, window).take().allowed) throw tooMany('endpoint-rate');
}

function tooMany(reason: 'endpoint-rate' | 'global-rate'): StripeError {
  return new StripeError(
    429,
    'invalid_request_error',
    'Request rate limit exceeded. Learn more about rate limits at https://docs.stripe.com/rate-limits.',
    { code: 'rate_limit' },
    { 'Stripe-Rate-Limited-Reason': reason },
  );
}
