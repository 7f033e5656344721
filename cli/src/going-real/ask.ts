import { describeStripeFailure, readStripeFailure } from '@onpaid/engine';

/** Does one thing at Stripe. What goes wrong is told as what was attempted and what to do about it. */
export async function ask<T>(attempt: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new Error(`${attempt} did not work: ${describeStripeFailure(readStripeFailure(error))}.`, { cause: error });
  }
}
