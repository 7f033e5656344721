import type { Selectable } from 'kysely';
import type { Access, AccessReason } from '../billing/access.ts';
import type { DB } from '../db/types.ts';
import type { Slot } from '../effects/connection.ts';

/** What is true of one connection, as the customer's row says it; a slot nothing was asked of is absent. */
export type SyncState = 'in_step' | 'waiting' | 'retrying' | 'failed' | 'unknown';

/** One row of the customers table: three axes, never mixed, and what stands in the way. */
export interface CustomerView {
  id: string;
  subjectId: string;
  stripeCustomerId: string | null;
  name: string | null;
  email: string | null;
  billing: string;
  plan: string | null;
  price: { amountCents: number; currency: string } | null;
  renewsAt: Date | null;
  onboarding: string;
  sync: Partial<Record<Slot, SyncState>>;
  failure: string | null;
  failureAt: Date | null;
  lastEvent: { type: string; at: Date } | null;
  /** The last stored decision; `explainAccess` puts it into words. */
  access: Access & { changedAt: Date | null };
  firstPaidAt: Date | null;
  createdAt: Date;
}

/** The words that a filter accepts; what is not in them is ignored, so an old bookmark shows more rather than fails. */
export const customerFilters = {
  billing: [
    'pending_payment',
    'processing',
    'active',
    'trialing',
    'past_due',
    'payment_action_required',
    'paused',
    'canceling',
    'canceled',
    'refunded',
    'disputed',
    'failed',
  ],
  onboarding: ['waiting', 'provisioning', 'provisioned', 'welcomed', 'failed'],
  crm: ['in_step', 'waiting', 'retrying', 'failed', 'unknown'],
  support: ['in_step', 'waiting', 'retrying', 'failed', 'unknown'],
} as const satisfies Record<string, readonly string[]>;

export interface CustomerFilter {
  billing?: string;
  onboarding?: string;
  crm?: string;
  support?: string;
  /** Only those that something stands in the way of. */
  failing?: boolean;
}

export function customerView(row: Selectable<DB['customer']>): CustomerView {
  return {
    id: row.id,
    subjectId: row.subject_id,
    stripeCustomerId: row.stripe_customer_id,
    name: row.name,
    email: row.email,
    billing: row.billing,
    plan: row.plan,
    price:
      row.amount_cents === null || row.currency === null
        ? null
        : { amountCents: row.amount_cents, currency: row.currency },
    renewsAt: row.renews_at,
    onboarding: row.onboarding,
    sync: row.sync as CustomerView['sync'],
    failure: row.failure,
    failureAt: row.failure_at,
    lastEvent:
      row.last_event_type === null || row.last_event_at === null
        ? null
        : { type: row.last_event_type, at: row.last_event_at },
    access: {
      allow: row.access_allowed,
      // Written by the engine alone, from this very type.
      reason: row.access_reason as unknown as AccessReason,
      until: row.access_until,
      plans: row.plan === null ? [] : [row.plan],
      changedAt: row.access_changed_at,
      grants: row.access_grants,
    },
    firstPaidAt: row.first_paid_at,
    createdAt: row.created_at,
  };
}
