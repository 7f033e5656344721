import type pg from 'pg';
import type { StripeReader } from '../billing/snapshot.ts';
import type { StripeCalls } from '../billing/stripe-calls.ts';
import type { Mode } from '../config.ts';
import type { LineContext } from '../context.ts';

/** What repair works with: the line's own, and Stripe's lists, which a verified read does not need. There is always a key. */
export interface RepairContext extends LineContext {
  stripe: StripeReader;
  calls: StripeCalls;
  pool: pg.Pool;
  mode: Mode;
}

/** Somebody else is at it, here or in another process; nothing was done. */
export type Busy = { status: 'busy' };
