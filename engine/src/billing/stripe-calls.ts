import type { Logger } from 'pino';
import Stripe from 'stripe';
import { createPace, type Pace } from './pace.ts';
import { createStripeClient } from './stripe-client.ts';

/** Every read of Stripe goes through here: one bucket an endpoint, shared by all that this process reads. */
export interface StripeCalls {
  /** One call, when the endpoint's bucket allows. `endpoint` is Stripe's resource, e.g. `subscriptions`. */
  call<T>(endpoint: string, signal: AbortSignal, send: (stripe: Stripe) => Promise<T>): Promise<T>;
  /** All pages of a list, newest first; each page is one call. `after` continues behind an id that was seen before. */
  pages<T extends { id: string }>(
    endpoint: string,
    signal: AbortSignal,
    list: (stripe: Stripe, cursor: { starting_after?: string }) => Promise<{ data: T[]; has_more: boolean }>,
    after?: string | null,
  ): AsyncGenerator<T[]>;
}

export interface StripeCallsOptions {
  secretKey: string;
  apiBase: string;
  log: Logger;
  /** Stripe allows 25 a second and endpoint; some are left for people who wait. */
  ratePerSecond?: number;
}

const RATE_PER_SECOND = 15;

export function createStripeCalls(options: StripeCallsOptions): StripeCalls {
  const stripe = createStripeClient(options);
  const paces = new Map<string, Pace>();

  function paceOf(endpoint: string): Pace {
    const pace = paces.get(endpoint) ?? createPace(options.ratePerSecond ?? RATE_PER_SECOND);
    paces.set(endpoint, pace);
    return pace;
  }

  const calls: StripeCalls = {
    async call(endpoint, signal, send) {
      await paceOf(endpoint).take(signal);
      try {
        return await send(stripe);
      } catch (error) {
        // Stripe does not say whether the endpoint or the account was meant: everybody waits.
        if (error instanceof Stripe.errors.StripeRateLimitError) pauseFor(error, paces, options.log);
        throw error;
      }
    },
    async *pages(endpoint, signal, list, after = null) {
      let cursor = after === null ? {} : { starting_after: after };
      for (;;) {
        const page = await calls.call(endpoint, signal, (client) => list(client, cursor));
        yield page.data;
        const last = page.data.at(-1);
        if (!page.has_more || last === undefined) return;
        cursor = { starting_after: last.id };
      }
    },
  };
  return calls;
}

function pauseFor(
  error: InstanceType<typeof Stripe.errors.StripeRateLimitError>,
  paces: ReadonlyMap<string, Pace>,
  log: Logger,
): void {
  const seconds = Number(error.headers?.['retry-after']);
  const pauseMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 2_000;
  for (const pace of paces.values()) pace.pauseUntil(Date.now() + pauseMs);
  log.warn({ pauseMs, stripeRequestId: error.requestId }, 'Stripe asked us to slow down');
}
