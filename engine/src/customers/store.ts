import { sql } from 'kysely';
import type { Access, AccessReason } from '../billing/access.ts';
import type { Database, Tx } from '../db/database.ts';
import { normaliseEmail } from './identity.ts';
import type { Summary } from './summary.ts';

/** What converging needs of a customer's row: the last stored decision, and what only the row remembers. */
export interface StoredCustomer {
  /** Ours, and permanent: it stays when a guest turns out to be somebody, or two customers are merged. */
  id: string;
  subjectId: string;
  /** The subject they were first known as; the names of their desired states are made of it, so that moving renames nothing. */
  originSubjectId: string;
  emailNormalized: string | null;
  emailVerifiedAt: Date | null;
  firstPaidAt: Date | null;
  access: Access;
  /** Access was given at some time. */
  everAllowed: boolean;
}

interface CustomerRow extends Omit<StoredCustomer, 'access'> {
  allowed: boolean;
  reason: AccessReason;
  until: Date | null;
  plans: string[];
  grants: string[];
}

export async function readCustomers(db: Database | Tx, subjectIds: string[]): Promise<StoredCustomer[]> {
  const { rows } = await sql<CustomerRow>`
    select id, subject_id as "subjectId", coalesce(origin_subject_id, subject_id) as "originSubjectId", email_normalized as "emailNormalized", email_verified_at as "emailVerifiedAt",
      first_paid_at as "firstPaidAt", access_changed_at is not null as "everAllowed",
      access_allowed as allowed, access_reason as reason, access_until as until, access_plans as plans, access_grants as grants
    from onpaid.customer
    where subject_id = any(${subjectIds})
  `.execute(db);
  return rows.map(({ allowed, reason, until, plans, grants, ...rest }) => ({
    ...rest,
    access: { allow: allowed, reason, until, plans, grants },
  }));
}

export interface CustomerChange {
  id: string;
  subjectId: string;
  summary: Summary;
  access: Access;
  lastEvent: { type: string; at: Date } | null;
}

/**
 * One row a buyer, made by the first thing we learn of them. The verification of an address goes with the address; the access
 * version only rises, whenever the decision differs from the stored one.
 */
export async function saveCustomers(tx: Tx, changes: CustomerChange[], now: Date): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map(({ id, subjectId, summary, access, lastEvent }) => ({
    id,
    subject_id: subjectId,
    stripe_customer_id: summary.stripeCustomerId,
    email: summary.email,
    email_normalized: summary.email === null ? null : normaliseEmail(summary.email),
    name: summary.name,
    locale: summary.locale,
    billing: summary.billing,
    plan: summary.plan,
    amount_cents: summary.amountCents,
    currency: summary.currency,
    renews_at: summary.renewsAt,
    first_paid_at: summary.firstPaidAt,
    access_allowed: access.allow,
    access_reason: access.reason,
    access_until: access.until,
    access_plans: access.plans,
    access_grants: access.grants,
    last_event_type: lastEvent?.type ?? null,
    last_event_at: lastEvent?.at ?? null,
  }));
  await sql`
    insert into onpaid.customer as known (
      id, subject_id, origin_subject_id, stripe_customer_id, email, email_normalized, name, locale, billing, plan, amount_cents, currency,
      renews_at, first_paid_at, access_allowed, access_reason, access_until, access_plans, access_grants, access_version,
      access_changed_at, last_event_type, last_event_at, created_at, updated_at
    )
    select
      id, subject_id, subject_id, stripe_customer_id, email, email_normalized, name, locale, billing, plan, amount_cents, currency,
      renews_at, first_paid_at, access_allowed, access_reason, access_until, access_plans, access_grants, access_allowed::int,
      case when access_allowed then ${now}::timestamptz end, last_event_type, last_event_at, ${now}, ${now}
    from json_to_recordset(${JSON.stringify(rows)}::json) as told (
      id text, subject_id text, stripe_customer_id text, email text, email_normalized text, name text, locale text,
      billing text, plan text, amount_cents bigint, currency text, renews_at timestamptz, first_paid_at timestamptz,
      access_allowed boolean, access_reason jsonb, access_until timestamptz, access_plans text[], access_grants text[],
      last_event_type text, last_event_at timestamptz
    )
    order by subject_id
    on conflict (subject_id) do update set
      stripe_customer_id = excluded.stripe_customer_id,
      email = excluded.email,
      email_normalized = excluded.email_normalized,
      email_verified_at = case
        when known.email_normalized is not distinct from excluded.email_normalized then known.email_verified_at
      end,
      name = excluded.name,
      locale = excluded.locale,
      billing = excluded.billing,
      plan = excluded.plan,
      amount_cents = excluded.amount_cents,
      currency = excluded.currency,
      renews_at = excluded.renews_at,
      first_paid_at = least(known.first_paid_at, excluded.first_paid_at),
      access_allowed = excluded.access_allowed,
      access_reason = excluded.access_reason,
      access_until = excluded.access_until,
      access_plans = excluded.access_plans,
      access_grants = excluded.access_grants,
      access_version = known.access_version + (
        (known.access_allowed, known.access_reason, known.access_until, known.access_plans, known.access_grants)
        is distinct from
        (excluded.access_allowed, excluded.access_reason, excluded.access_until, excluded.access_plans, excluded.access_grants)
      )::int,
      access_changed_at = case
        when known.access_allowed is distinct from excluded.access_allowed then ${now}::timestamptz
        else known.access_changed_at
      end,
      last_event_type = case
        when excluded.last_event_at >= coalesce(known.last_event_at, '-infinity') then excluded.last_event_type
        else known.last_event_type
      end,
      last_event_at = greatest(known.last_event_at, excluded.last_event_at),
      updated_at = excluded.updated_at
  `.execute(tx);
}
