-- The line: what Stripe told us (event), whose state it moves (subject), what we believe (billing_object),
-- what changed (transition), what we will do (effect), what came of it (attempt), and what needs a look (issue).

create table onpaid.deployment (
  only_row boolean primary key default true check (only_row),
  mode text not null check (mode in ('sandbox', 'test', 'live')),
  stripe_account text,
  -- The go-live stamp: a fact older than this welcomes nobody. In whole seconds, as Stripe's times are.
  live_since timestamptz not null default date_trunc('second', now())
);

-- Permanent and unpartitioned: the key refuses a duplicate for ever.
create table onpaid.event (
  id text primary key,
  seq bigint generated always as identity,
  type text not null,
  subject_id text,
  object_id text,
  occurred_at timestamptz not null,
  received_at timestamptz not null default now(),
  api_version text,
  livemode boolean not null,
  disposition text not null check (disposition in ('recorded', 'ignored', 'quarantined', 'invalid')),
  origin text not null default 'webhook' check (origin in ('webhook', 'repair', 'backfill')),
  -- Which bodies came: a snapshot event and its thin twin are one event. Kept here because this row has a lock and a key.
  shapes text[] not null default '{}',
  projected_at timestamptz,
  -- What projecting it did: applied, stale (an older event), unchanged, or unresolved (its subject is not known yet).
  outcome text check (outcome in ('applied', 'stale', 'unchanged', 'unresolved')),
  check (disposition <> 'recorded' or subject_id is not null)
);
create unique index event_seq on onpaid.event (seq);
create index event_subject on onpaid.event (subject_id, seq);
create index event_refused on onpaid.event (seq) where disposition in ('quarantined', 'invalid');
create index event_unprojected on onpaid.event (subject_id) where projected_at is null and disposition = 'recorded';

-- Bodies after redaction, as bytes. Purged by dropping whole months; the keys above stay.
create table onpaid.event_payload (
  event_id text not null,
  shape text not null check (shape in ('snapshot', 'thin', 'raw')),
  received_at timestamptz not null default now(),
  body bytea not null
) partition by range (received_at);
create table onpaid.event_payload_rest partition of onpaid.event_payload default;
create index event_payload_event on onpaid.event_payload (event_id);

-- One row per Stripe customer (or, when there is none yet, the object that will get one).
-- There is work when wanted > done, or when due_at or verify_at has come.
create table onpaid.subject (
  id text primary key,
  wanted bigint not null default 0,
  done bigint not null default 0,
  wanted_since timestamptz,
  -- The next moment at which time alone changes the answer.
  due_at timestamptz,
  -- When a verified read from Stripe is wanted; null when what we believe is verified.
  verify_at timestamptz,
  verify_wanted_since timestamptz,
  verified_at timestamptz,
  -- After a failure, not before this.
  not_before timestamptz,
  failures integer not null default 0,
  failure text,
  lease_until timestamptz,
  leased_by text,
  fence bigint not null default 0,
  -- Counts what can happen again to one object, e.g. {"cancel_scheduled:sub_1": 2}.
  episodes jsonb not null default '{}',
  created_at timestamptz not null default now()
);
create index subject_wanted on onpaid.subject (wanted_since) where wanted > done;
create index subject_due on onpaid.subject (due_at) where due_at is not null;
create index subject_verify on onpaid.subject (verify_at) where verify_at is not null;

-- Objects that do not name a customer themselves.
create table onpaid.object_alias (
  object_id text primary key,
  subject_id text not null references onpaid.subject (id)
);

-- What we believe of each Stripe object, in our own shape, parent and children as one document.
create table onpaid.billing_object (
  id text primary key,
  kind text not null check (kind in ('customer', 'subscription', 'invoice', 'checkout')),
  subject_id text not null references onpaid.subject (id),
  value jsonb not null,
  -- The stamp that decides which of two events is newer: Stripe's second, then the lifecycle rank.
  occurred_at timestamptz not null,
  rank smallint not null,
  confidence text not null check (confidence in ('provisional', 'verified')),
  deleted boolean not null default false,
  updated_at timestamptz not null default now()
);
create index billing_object_subject on onpaid.billing_object (subject_id);

-- The canonical buyer, and the row the dashboard shows: billing, onboarding and sync are three axes, never mixed.
create table onpaid.customer (
  id text primary key,
  subject_id text not null unique references onpaid.subject (id),
  stripe_customer_id text unique,
  email text,
  email_normalized text,
  email_verified_at timestamptz,
  name text,
  locale text,
  billing text not null default 'pending_payment',
  plan text,
  amount_cents bigint,
  currency text,
  renews_at timestamptz,
  onboarding text not null default 'waiting'
    check (onboarding in ('waiting', 'provisioning', 'provisioned', 'welcomed', 'failed')),
  -- Slot to state: {"crm": "in_step", "helpdesk": "retrying"}; a slot nothing was asked of is absent.
  sync jsonb not null default '{}',
  failure text,
  failure_at timestamptz,
  last_event_type text,
  last_event_at timestamptz,
  -- The last stored access decision; the next one is diffed against it.
  access_allowed boolean not null default false,
  access_reason jsonb not null default '{"code": "never_paid"}',
  access_until timestamptz,
  access_plans text[] not null default '{}',
  access_grants text[] not null default '{}',
  access_version bigint not null default 0,
  access_changed_at timestamptz,
  first_paid_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index customer_newest on onpaid.customer (created_at desc, id desc);
create index customer_email on onpaid.customer (email_normalized text_pattern_ops);
-- The dashboard's filters, newest first. What is usual is found by walking customer_newest; only what is rare needs its own.
create index customer_name on onpaid.customer (lower(name) text_pattern_ops);
create index customer_failing on onpaid.customer (created_at desc, id desc) where failure is not null;
create index customer_billing on onpaid.customer (billing, created_at desc, id desc) where billing <> 'active';
create index customer_onboarding on onpaid.customer (onboarding, created_at desc, id desc) where onboarding <> 'welcomed';
create index customer_crm on onpaid.customer ((sync ->> 'crm'), created_at desc, id desc) where sync ->> 'crm' <> 'in_step';
create index customer_support on onpaid.customer ((sync ->> 'helpdesk'), created_at desc, id desc)
  where sync ->> 'helpdesk' <> 'in_step';

-- What changed, once per fact: invoice_paid:in_1, cancel_scheduled:sub_1:2.
create table onpaid.transition (
  key text primary key,
  kind text not null,
  subject_id text not null references onpaid.subject (id),
  object_id text not null,
  occurred_at timestamptz not null,
  noticed_at timestamptz not null default now(),
  confidence text not null check (confidence in ('provisional', 'verified')),
  detail jsonb not null default '{}'
);
create index transition_subject on onpaid.transition (subject_id, occurred_at);

-- The ledger of what we will do. A message happens once; a state effect (shape 'state') is planned again whenever what
-- is desired differs from what was applied.
create table onpaid.effect (
  id text primary key,
  kind text not null,
  slot text not null check (slot in ('app', 'crm', 'email', 'helpdesk', 'chat')),
  shape text not null check (shape in ('message', 'state')),
  -- Null for what concerns no customer, such as an issue's alert.
  subject_id text references onpaid.subject (id),
  state text not null
    check (state in ('held', 'planned', 'sending', 'sent', 'retry_wait', 'unknown', 'resolving', 'dead', 'suppressed')),
  -- What a message says, or what a state effect desires now.
  data jsonb not null,
  -- The desired version only rises and is sent along, so that a late grant cannot overtake a revoke.
  version bigint not null default 1,
  sent_version bigint,
  applied_version bigint,
  applied_hash text,
  -- Must be settled before this one is sent, and what to do when it is dead.
  after_id text,
  after_dead text check (after_dead in ('block', 'proceed', 'suppress')),
  next_at timestamptz default now(),
  attempts integer not null default 0,
  -- Failed attempts since the last success, the measure for opening an issue.
  failed_attempts integer not null default 0,
  limited_since timestamptz,
  -- The exact bytes of a message, frozen before the first send. Never a credential.
  request jsonb,
  first_sent_at timestamptz,
  remote_id text,
  failure jsonb,
  reason text,
  -- A person said what came of it, or that it shall not be: no rule takes it up again.
  by_hand boolean not null default false,
  lease_until timestamptz,
  leased_by text,
  fence bigint not null default 0,
  occurred_at timestamptz not null,
  created_at timestamptz not null default now(),
  settled_at timestamptz
);
create index effect_due on onpaid.effect (slot, next_at) where state in ('planned', 'retry_wait', 'unknown') and next_at is not null;
create index effect_leased on onpaid.effect (lease_until) where state in ('sending', 'resolving');
create index effect_subject on onpaid.effect (subject_id, created_at);
create index effect_children on onpaid.effect (after_id) where after_id is not null;
create index effect_state on onpaid.effect (state, created_at desc, id desc) include (slot);

-- Append-only, written before the socket opens: that row is what makes a lost answer decidable.
create table onpaid.attempt (
  id bigint generated always as identity primary key,
  effect_id text not null references onpaid.effect (id),
  number integer not null,
  purpose text not null check (purpose in ('send', 'find')),
  fence bigint not null,
  version bigint not null,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  outcome text check (outcome in ('sent', 'found', 'not_found', 'retryable', 'rate_limited', 'auth', 'invalid', 'conflict', 'gone', 'ambiguous')),
  status integer,
  reason text,
  vendor_request_id text,
  -- Came back after another worker had taken over.
  late boolean not null default false
);
create index attempt_effect on onpaid.attempt (effect_id, id);

-- One issue per connection and cause, however many effects and customers it touches.
create table onpaid.issue (
  id bigint generated always as identity primary key,
  cause_key text not null,
  slot text,
  vendor text,
  cause text not null,
  title text not null,
  state text not null default 'open' check (state in ('open', 'acknowledged', 'muted', 'resolved')),
  occurrences integer not null default 1,
  opened_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  resolved_at timestamptz
);
create unique index issue_unresolved on onpaid.issue (cause_key) where state <> 'resolved';

create table onpaid.issue_effect (
  issue_id bigint not null references onpaid.issue (id),
  effect_id text not null references onpaid.effect (id),
  settled_at timestamptz,
  primary key (issue_id, effect_id)
);
create index issue_effect_effect on onpaid.issue_effect (effect_id);

-- What the person is buying, from the first click; the cookie of the return page names it.
create table onpaid.checkout_intent (
  id text primary key,
  plan text not null,
  price_lookup_key text not null,
  email text not null,
  stripe_customer_id text,
  stripe_session_id text unique,
  stripe_session_url text,
  expires_at timestamptz,
  created_at timestamptz not null default now()
);
create index checkout_intent_customer on onpaid.checkout_intent (stripe_customer_id);
create index checkout_intent_reuse on onpaid.checkout_intent (email, price_lookup_key, created_at desc);
