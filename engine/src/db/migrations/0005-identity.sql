-- One buyer may be several customers at Stripe: who was joined with whom, why, and what it takes to undo it.

create table onpaid.customer_history (
  id bigint generated always as identity primary key,
  what text not null check (what in ('merged', 'split')),
  -- The customer that stays, and the one whose things became theirs (or, at a split, their own again).
  customer_id text not null,
  merged_customer_id text not null,
  from_subject_id text not null references onpaid.subject (id),
  to_subject_id text not null references onpaid.subject (id),
  -- A person, or 'rule'.
  decided_by text not null,
  reason text not null,
  at timestamptz not null,
  -- What moved: object ids, aliases, and of both rows what nothing else would restore.
  moved jsonb not null,
  -- The names of a merged customer's account and contact are made of it.
  origin_subject_id text not null,
  undone_at timestamptz
);
create index customer_history_customer on onpaid.customer_history (customer_id);
create index customer_history_merged on onpaid.customer_history (merged_customer_id);
create index customer_history_subject on onpaid.customer_history (from_subject_id, id);
create index customer_history_origin on onpaid.customer_history (origin_subject_id) where undone_at is null;

-- The addresses of customers that were merged: signing in with one that is verified finds the buyer.
create table onpaid.customer_address (
  merged_subject_id text primary key references onpaid.subject (id),
  customer_id text not null references onpaid.customer (id),
  email_normalized text not null,
  verified_at timestamptz
);
create index customer_address_customer on onpaid.customer_address (customer_id);
create index customer_address_email on onpaid.customer_address (email_normalized);

-- Whom an id became, asked for by who it became.
create index object_alias_subject on onpaid.object_alias (subject_id);

-- Addresses that differ by a plus tag alone lie together.
create index customer_likeness on onpaid.customer (regexp_replace(email_normalized, '\+[^@]*@', '@')) where email_normalized is not null;

create or replace view onpaid.invariant_violation as
select name, id, extract(epoch from age)::float8 as age_seconds
from (

-- An event that nobody will project: its subject says that all is done.
select 'event_forgotten' as name, event.id, now() - event.received_at as age
from onpaid.event
join onpaid.subject on subject.id = event.subject_id
where event.disposition = 'recorded' and event.projected_at is null and subject.wanted = subject.done

union all
select 'sending_past_lease', id, now() - lease_until
from onpaid.effect
where state in ('sending', 'resolving') and lease_until < now() - interval '10 seconds'

-- Nothing will wake it, though what it waited for is settled.
union all
select 'child_forgotten', child.id, now() - coalesce(parent.settled_at, child.created_at)
from onpaid.effect child
left join onpaid.effect parent on parent.id = child.after_id
where child.state = 'planned' and child.next_at is null
  and (
    child.after_id is null
    or coalesce(parent.state, 'suppressed') in ('sent', 'suppressed')
    or (parent.state = 'dead' and child.after_dead <> 'block')
  )

-- Failed for good, or only a person can tell, and nobody was told.
union all
select 'stuck_without_issue', id, now() - created_at
from onpaid.effect
where (state = 'dead' or (state = 'unknown' and next_at is null))
  and not exists (
    select from onpaid.issue_effect
    join onpaid.issue on issue.id = issue_effect.issue_id
    where issue_effect.effect_id = effect.id and issue_effect.settled_at is null and issue.state <> 'resolved'
  )

union all
select 'held_too_long', id, now() - created_at
from onpaid.effect
where state = 'held' and created_at < now() - interval '15 minutes'

-- It says sent, and neither an attempt nor a person says so.
union all
select 'sent_without_proof', id, now() - settled_at
from onpaid.effect
where state = 'sent' and not by_hand
  and not exists (
    select from onpaid.attempt
    where effect_id = effect.id and outcome in ('sent', 'found', 'conflict')
  )

-- Whoever resolves such an object would never end.
union all
select 'alias_cycle', walk.id, now() - subject.created_at
from (
  with recursive walk as (
    select object_id as id, subject_id
    from onpaid.object_alias
    where object_id <> subject_id
    union
    select walk.id, next.subject_id
    from walk
    join onpaid.object_alias next on next.object_id = walk.subject_id and next.object_id <> next.subject_id
    where walk.subject_id <> walk.id
  )
  select distinct id from walk where subject_id = id
) walk
left join onpaid.subject on subject.id = walk.id

-- Time alone should have ended it.
union all
select 'access_outlived', id, now() - access_until
from onpaid.customer
where access_allowed and access_until < now() - interval '10 seconds'

-- What was merged away is left as it is at the CRM, and an issue says so.
union all
select 'contact_twice', subject_id, now() - min(created_at)
from onpaid.effect
where kind = 'crm.contact' and remote_id is not null and state <> 'suppressed'
  and not exists (
    select from onpaid.customer_history history
    where history.what = 'merged' and history.undone_at is null
      and effect.id = 'contact:' || history.origin_subject_id || '@crm'
  )
group by subject_id
having count(distinct remote_id) > 1

) violation;
