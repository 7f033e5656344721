import Stripe from 'stripe';
import type { StripeCalls } from '../billing/stripe-calls.ts';

type List<T> = (stripe: Stripe, cursor: { starting_after?: string }) => Promise<{ data: T[]; has_more: boolean }>;

/** The pages behind an id that was seen before; from the beginning where Stripe no longer has that one. */
export async function* pagesBehind<T extends { id: string }>(
  calls: StripeCalls,
  endpoint: string,
  { list, after, signal }: { list: List<T>; after: string | null; signal: AbortSignal },
): AsyncGenerator<T[]> {
  try {
    yield* calls.pages(endpoint, signal, list, after);
  } catch (error) {
    if (after === null || !isAboutCursor(error)) throw error;
    yield* calls.pages(endpoint, signal, list);
  }
}

function isAboutCursor(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.param === 'starting_after';
}
