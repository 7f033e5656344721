import { sql } from 'kysely';
import type { Access } from '../billing/access.ts';
import type { Database, Tx } from '../db/database.ts';
import type { KeptCustomer } from './history-store.ts';
import { normaliseEmail } from './identity.ts';

/** The rows of a merge: of the two customers, and of what is desired at the vendors for the one that is merged away. */

export async function readWhole(
  db: Database | Tx,
  by: { subjectIds: string[] } | { ids: string[] },
): Promise<WholeCustomer[]> {
  const { rows } = await sql<WholeCustomer>`
    select id, subject_id as "subjectId", coalesce(origin_subject_id, subject_id) as "originSubjectId", email,
      email_verified_at as "emailVerifiedAt", name, first_paid_at as "firstPaidAt", access_version as "accessVersion",
      access_changed_at as "accessChangedAt", created_at as "createdAt"
    from onpaid.customer
    where ${'ids' in by ? sql`id = any(${by.ids})` : sql`subject_id = any(${by.subjectIds})`}
  `.execute(db);
  return rows;
}

export type WholeCustomer = KeptCustomer & { subjectId: string };

export interface Retired {
  /** Nothing more will be done for it. */
  settled: boolean;
  /** The vendor has something of this name, or may have. */
  exists: boolean;
}

const NOTHING: Retired = { settled: false, exists: false };

/**
 * The account is told that it has no access any more; one that nothing was ever sent to is left alone for good. What is in
 * flight keeps its state: settling it sees the higher version.
 */
export async function retireAccount(tx: Tx, effectId: string, now: Date): Promise<Retired> {
  const inFlight = sql`state in ('sending', 'unknown', 'resolving')`;
  const isUntouched = sql`sent_version is null`;
  const { rows } = await sql<Retired>`
    update onpaid.effect
    set data = data || '{"access": false, "reason": "merged", "plans": [], "grants": [], "until": null}',
      version = version + 1,
      state = case when ${inFlight} then state when ${isUntouched} then 'suppressed' else 'planned' end,
      next_at = case when ${inFlight} then next_at when not ${isUntouched} then ${now}::timestamptz end,
      settled_at = case when ${inFlight} then settled_at when ${isUntouched} then ${now}::timestamptz end,
      reason = 'This customer was merged into another one.',
      by_hand = false, failed_attempts = 0, occurred_at = ${now}
    where id = ${effectId} and data ->> 'reason' is distinct from 'merged'
    returning state = 'suppressed' as settled, sent_version is not null as exists
  `.execute(tx);
  return rows[0] ?? NOTHING;
}

/** The contact stays at the CRM as it is. */
export async function retireContact(tx: Tx, effectId: string, now: Date): Promise<Retired> {
  // A call that is out right now ends as it ends; its worker knows best what came of it.
  const inFlight = sql`effect.state in ('sending', 'resolving')`;
  const { rows } = await sql<Retired>`
    with known as (
      select state from onpaid.effect where id = ${effectId}
    )
    update onpaid.effect
    set state = case when ${inFlight} then effect.state else 'suppressed' end,
      next_at = case when ${inFlight} then next_at end,
      settled_at = case when ${inFlight} then settled_at else ${now}::timestamptz end,
      fence = case when ${inFlight} then fence else fence + 1 end,
      lease_until = case when ${inFlight} then lease_until end,
      leased_by = case when ${inFlight} then leased_by end,
      reason = 'This customer was merged into another one; the contact is left as it is.'
    from known
    where id = ${effectId}
    returning effect.state = 'suppressed' as settled,
      remote_id is not null or known.state in ('sending', 'resolving', 'unknown') as exists
  `.execute(tx);
  return rows[0] ?? NOTHING;
}

export interface Absorption {
  keptId: string;
  mergedId: string;
}

/**
 * The row that stays takes over what both have: the better access until converging decides over everything, so that nobody is
 * locked out for the moment between; the first payment; and the proof of an address that both have.
 */
export async function absorbCustomer(tx: Tx, { keptId, mergedId }: Absorption): Promise<void> {
  const isBetter = sql`not kept.access_allowed and merged.access_allowed`;
  await sql`
    update onpaid.customer kept
    set access_allowed = kept.access_allowed or merged.access_allowed,
      access_reason = case when ${isBetter} then merged.access_reason else kept.access_reason end,
      access_until = case when ${isBetter} then merged.access_until else kept.access_until end,
      access_plans = case when ${isBetter} then merged.access_plans else kept.access_plans end,
      access_grants = case when ${isBetter} then merged.access_grants else kept.access_grants end,
      access_version = greatest(kept.access_version, merged.access_version) + 1,
      access_changed_at = coalesce(kept.access_changed_at, merged.access_changed_at),
      first_paid_at = least(kept.first_paid_at, merged.first_paid_at),
      email_verified_at = case
        when kept.email_normalized = merged.email_normalized then coalesce(kept.email_verified_at, merged.email_verified_at)
        else kept.email_verified_at
      end
    from onpaid.customer merged
    where kept.id = ${keptId} and merged.id = ${mergedId}
  `.execute(tx);
  await sql`
    update onpaid.customer_address set customer_id = ${keptId} where customer_id = ${mergedId}
  `.execute(tx);
  await sql`
    insert into onpaid.customer_address (merged_subject_id, customer_id, email_normalized, verified_at)
    select subject_id, ${keptId}, email_normalized, email_verified_at
    from onpaid.customer
    where id = ${mergedId} and email_normalized is not null
    on conflict (merged_subject_id) do update
    set customer_id = excluded.customer_id, email_normalized = excluded.email_normalized, verified_at = excluded.verified_at
  `.execute(tx);
  await sql`delete from onpaid.customer where id = ${mergedId}`.execute(tx);
}

/** The row of a customer who is their own again, under the id they had; converging fills in the rest. */
export async function restoreCustomer(
  tx: Tx,
  restored: { subjectId: string; aliases: string[]; customer: KeptCustomer; now: Date },
): Promise<void> {
  const { subjectId, aliases, customer, now } = restored;
  // A customer at Stripe is one row's; the other says anew, when it converges, who it is there.
  await sql`
    update onpaid.customer set stripe_customer_id = null where stripe_customer_id = any(${[subjectId, ...aliases]})
  `.execute(tx);
  await sql`
    insert into onpaid.customer (
      id, subject_id, origin_subject_id, stripe_customer_id, email, email_normalized, email_verified_at, name,
      access_version, access_changed_at, created_at, updated_at
    )
    values (
      ${customer.id}, ${subjectId}, ${customer.originSubjectId}, ${subjectId.startsWith('cus_') ? subjectId : null},
      ${customer.email}, ${customer.email === null ? null : normaliseEmail(customer.email)}, ${customer.emailVerifiedAt},
      ${customer.name}, ${customer.accessVersion}, ${customer.accessChangedAt}, ${customer.createdAt}, ${now}
    )
  `.execute(tx);
  // An address proven since the merge is proven for whom it is.
  await sql`
    update onpaid.customer
    set email_verified_at = coalesce(email_verified_at, address.verified_at)
    from onpaid.customer_address address
    where customer.id = ${customer.id} and address.merged_subject_id = ${subjectId}
      and address.email_normalized = customer.email_normalized
  `.execute(tx);
  await sql`delete from onpaid.customer_address where merged_subject_id = ${subjectId}`.execute(tx);
  await sql`
    update onpaid.customer_address set customer_id = ${customer.id} where merged_subject_id = any(${aliases})
  `.execute(tx);
}

/** The last stored decision, written without being noticed as a change. */
export async function setDecision(
  tx: Tx,
  decision: { subjectId: string; access: Access; firstPaidAt: Date | null; now: Date },
): Promise<void> {
  const { subjectId, access, firstPaidAt, now } = decision;
  await sql`
    update onpaid.customer
    set access_allowed = ${access.allow}, access_reason = ${JSON.stringify(access.reason)}::jsonb,
      access_until = ${access.until}, access_plans = ${access.plans}, access_grants = ${access.grants},
      access_version = access_version + 1,
      access_changed_at = case
        when access_allowed <> ${access.allow} then coalesce(access_changed_at, ${now}::timestamptz)
        else access_changed_at
      end,
      first_paid_at = ${firstPaidAt}
    where subject_id = ${subjectId}
  `.execute(tx);
}
