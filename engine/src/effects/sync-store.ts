import { sql } from 'kysely';
import type { Tx } from '../db/database.ts';

/**
 * Writes what the ledger says onto the customers' rows: how far onboarding is, how each connection stands, and which vendor
 * broke first. Called in every commit that changes effects, so a screen never adds this up by itself.
 */
export async function refreshSync(tx: Tx, subjectIds: string[]): Promise<void> {
  if (subjectIds.length === 0) return;
  await sql`
    with of_slot as (
      select subject_id, slot,
        case
          when bool_or(state = 'dead') then 'failed'
          -- Nothing more is tried without a person; before that we are still finding out.
          when bool_or(state = 'unknown' and next_at is null) then 'unknown'
          when bool_or(state in ('unknown', 'resolving') or (state <> 'sent' and failure is not null)) then 'retrying'
          when bool_or(state <> 'sent') then 'waiting'
          else 'in_step'
        end as standing
      from onpaid.effect
      where subject_id = any(${subjectIds}) and state not in ('held', 'suppressed')
      group by subject_id, slot
    ), in_step as (
      select subject_id, jsonb_object_agg(slot, standing) as sync
      from of_slot
      group by subject_id
    ), first_broken as (
      select distinct on (subject_id) subject_id,
        case
          when starts_with(failure ->> 'reason', failure ->> 'label') then failure ->> 'reason'
          else concat(failure ->> 'label', ': ', failure ->> 'reason')
        end as failure,
        (failure ->> 'since')::timestamptz as failure_at
      from onpaid.effect
      where subject_id = any(${subjectIds}) and failure is not null and state not in ('sent', 'suppressed')
      order by subject_id, (failure ->> 'since')::timestamptz, id
    ), onboarded as (
      select subject_id,
        case
          when bool_or(kind = 'email.welcome' and state = 'sent') then 'welcomed'
          when bool_or(state = 'dead' and applied_version is null) then 'failed'
          when bool_or(kind = 'app.account' and (applied_version is not null or state in ('sent', 'suppressed'))) then 'provisioned'
          when bool_or(kind = 'app.account') then 'provisioning'
          else 'waiting'
        end as onboarding
      from onpaid.effect
      where subject_id = any(${subjectIds}) and kind in ('app.account', 'email.welcome')
        -- The account of an identity that was merged into this one says nothing of theirs.
        and data ->> 'reason' is distinct from 'merged'
      group by subject_id
    ), fresh as (
      select customer.id,
        coalesce(onboarded.onboarding, 'waiting') as onboarding,
        coalesce(in_step.sync, '{}') as sync,
        first_broken.failure,
        first_broken.failure_at
      from onpaid.customer
      left join onboarded using (subject_id)
      left join in_step using (subject_id)
      left join first_broken using (subject_id)
      where customer.subject_id = any(${subjectIds})
    )
    update onpaid.customer
    set onboarding = fresh.onboarding, sync = fresh.sync, failure = fresh.failure, failure_at = fresh.failure_at
    from fresh
    where customer.id = fresh.id
      and (customer.onboarding, customer.sync, customer.failure, customer.failure_at)
        is distinct from (fresh.onboarding, fresh.sync, fresh.failure, fresh.failure_at)
  `.execute(tx);
}
