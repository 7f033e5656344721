-- What Stripe told and we missed, what it says and we do not hold, and how far those who look have come.

-- When a webhook brought what repair had fetched before it: deliveries are alive, though they bring nothing new.
alter table onpaid.event add column delivered_at timestamptz;
create index event_delivered on onpaid.event (occurred_at) where delivered_at is not null;

-- How a change came to be noticed: by an event or the read that follows it, by comparing with Stripe, or when an account was
-- taken over.
alter table onpaid.transition add column origin text not null default 'line'
  check (origin in ('line', 'reconcile', 'backfill'));

-- Long walks through Stripe's lists, one row each: where it is, so that whoever goes on after a crash begins there.
create table onpaid.walk (
  name text primary key,
  -- The walk's own: what it is doing, and behind which id. Null when it begins at the beginning.
  position jsonb,
  counts jsonb not null default '{}',
  started_at timestamptz,
  finished_at timestamptz,
  -- One walker at a time; one that died is relieved when this has passed.
  lease_until timestamptz,
  leased_by text
);

-- Stripe's events up to this second have been asked for.
create table onpaid.event_watermark (
  only_row boolean primary key default true check (only_row),
  asked_until timestamptz not null
);

-- Where what we held was not what Stripe said, field by field.
create table onpaid.drift (
  id bigint generated always as identity primary key,
  subject_id text not null references onpaid.subject (id),
  object_id text not null,
  kind text not null,
  field text not null,
  ours text,
  stripe text,
  cause text not null check (cause in ('missed', 'late', 'bug', 'unknown')),
  -- Since when at most.
  since timestamptz,
  found_at timestamptz not null,
  healed_at timestamptz
);
create index drift_subject on onpaid.drift (subject_id, id);

-- A backfill's catch, in our own shape, until its subject is converged: so each customer is decided once, with all they have.
create table onpaid.backfill_object (
  object_id text primary key,
  subject_id text not null,
  value jsonb not null,
  read_at timestamptz not null
);
create index backfill_object_subject on onpaid.backfill_object (subject_id collate "C");
