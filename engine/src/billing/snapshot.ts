import type { BillingObject } from './state.ts';

/** Everything a verified read of one subject found, each object in our own shape. */
export interface Snapshot {
  subjectId: string;
  /** When the read began: what Stripe did before it is covered. */
  readAt: Date;
  objects: BillingObject[];
  /** Ids Stripe no longer has. */
  gone: string[];
}

export interface StripeReader {
  /** The one coalesced read of a subject: customer, all subscriptions, recent invoices, its checkout session. */
  readSubject(subjectId: string, known: readonly string[], signal: AbortSignal): Promise<Snapshot>;
}
