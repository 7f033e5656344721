-- Made by "npm run schema" from the migrations. Do not edit.

table attempt
  id bigint generated always as identity not null
  effect_id text not null
  number integer not null
  purpose text not null
  fence bigint not null
  version bigint not null
  started_at timestamp with time zone not null default now()
  ended_at timestamp with time zone
  outcome text
  status integer
  reason text
  vendor_request_id text
  late boolean not null default false
  constraint attempt_effect_id_fkey FOREIGN KEY (effect_id) REFERENCES onpaid.effect(id)
  constraint attempt_outcome_check CHECK ((outcome = ANY (ARRAY['sent'::text, 'found'::text, 'not_found'::text, 'retryable'::text, 'rate_limited'::text, 'auth'::text, 'invalid'::text, 'conflict'::text, 'gone'::text, 'ambiguous'::text])))
  constraint attempt_pkey PRIMARY KEY (id)
  constraint attempt_purpose_check CHECK ((purpose = ANY (ARRAY['send'::text, 'find'::text])))
  CREATE INDEX attempt_effect ON onpaid.attempt USING btree (effect_id, id)
  CREATE UNIQUE INDEX attempt_pkey ON onpaid.attempt USING btree (id)

table backfill_object
  object_id text not null
  subject_id text not null
  value jsonb not null
  read_at timestamp with time zone not null
  constraint backfill_object_pkey PRIMARY KEY (object_id)
  CREATE UNIQUE INDEX backfill_object_pkey ON onpaid.backfill_object USING btree (object_id)
  CREATE INDEX backfill_object_subject ON onpaid.backfill_object USING btree (subject_id COLLATE "C")

table billing_object
  id text not null
  kind text not null
  subject_id text not null
  value jsonb not null
  occurred_at timestamp with time zone not null
  rank smallint not null
  confidence text not null
  deleted boolean not null default false
  updated_at timestamp with time zone not null default now()
  constraint billing_object_confidence_check CHECK ((confidence = ANY (ARRAY['provisional'::text, 'verified'::text])))
  constraint billing_object_kind_check CHECK ((kind = ANY (ARRAY['customer'::text, 'subscription'::text, 'invoice'::text, 'checkout'::text, 'payment'::text, 'charge'::text, 'refund'::text, 'dispute'::text, 'fraud_warning'::text, 'payment_method'::text, 'entitlements'::text, 'product'::text, 'price'::text])))
  constraint billing_object_pkey PRIMARY KEY (id)
  constraint billing_object_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES onpaid.subject(id)
  CREATE UNIQUE INDEX billing_object_pkey ON onpaid.billing_object USING btree (id)
  CREATE INDEX billing_object_subject ON onpaid.billing_object USING btree (subject_id)

table checkout_intent
  id text not null
  plan text not null
  price_lookup_key text not null
  email text not null
  stripe_customer_id text
  stripe_session_id text
  stripe_session_url text
  expires_at timestamp with time zone
  created_at timestamp with time zone not null default now()
  constraint checkout_intent_pkey PRIMARY KEY (id)
  constraint checkout_intent_stripe_session_id_key UNIQUE (stripe_session_id)
  CREATE INDEX checkout_intent_customer ON onpaid.checkout_intent USING btree (stripe_customer_id)
  CREATE UNIQUE INDEX checkout_intent_pkey ON onpaid.checkout_intent USING btree (id)
  CREATE INDEX checkout_intent_reuse ON onpaid.checkout_intent USING btree (email, price_lookup_key, created_at DESC)
  CREATE UNIQUE INDEX checkout_intent_stripe_session_id_key ON onpaid.checkout_intent USING btree (stripe_session_id)

table customer
  id text not null
  subject_id text not null
  stripe_customer_id text
  email text
  email_normalized text
  email_verified_at timestamp with time zone
  name text
  locale text
  billing text not null default 'pending_payment'::text
  plan text
  amount_cents bigint
  currency text
  renews_at timestamp with time zone
  onboarding text not null default 'waiting'::text
  sync jsonb not null default '{}'::jsonb
  failure text
  failure_at timestamp with time zone
  last_event_type text
  last_event_at timestamp with time zone
  access_allowed boolean not null default false
  access_reason jsonb not null default '{"code": "never_paid"}'::jsonb
  access_until timestamp with time zone
  access_plans text[] not null default '{}'::text[]
  access_grants text[] not null default '{}'::text[]
  access_version bigint not null default 0
  access_changed_at timestamp with time zone
  first_paid_at timestamp with time zone
  created_at timestamp with time zone not null default now()
  updated_at timestamp with time zone not null default now()
  origin_subject_id text
  constraint customer_onboarding_check CHECK ((onboarding = ANY (ARRAY['waiting'::text, 'provisioning'::text, 'provisioned'::text, 'welcomed'::text, 'failed'::text])))
  constraint customer_pkey PRIMARY KEY (id)
  constraint customer_stripe_customer_id_key UNIQUE (stripe_customer_id)
  constraint customer_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES onpaid.subject(id)
  constraint customer_subject_id_key UNIQUE (subject_id)
  CREATE INDEX customer_billing ON onpaid.customer USING btree (billing, created_at DESC, id DESC) WHERE (billing <> 'active'::text)
  CREATE INDEX customer_crm ON onpaid.customer USING btree (((sync ->> 'crm'::text)), created_at DESC, id DESC) WHERE ((sync ->> 'crm'::text) <> 'in_step'::text)
  CREATE INDEX customer_email ON onpaid.customer USING btree (email_normalized text_pattern_ops)
  CREATE INDEX customer_failing ON onpaid.customer USING btree (created_at DESC, id DESC) WHERE (failure IS NOT NULL)
  CREATE INDEX customer_likeness ON onpaid.customer USING btree (regexp_replace(email_normalized, '\+[^@]*@'::text, '@'::text)) WHERE (email_normalized IS NOT NULL)
  CREATE INDEX customer_name ON onpaid.customer USING btree (lower(name) text_pattern_ops)
  CREATE INDEX customer_newest ON onpaid.customer USING btree (created_at DESC, id DESC)
  CREATE INDEX customer_onboarding ON onpaid.customer USING btree (onboarding, created_at DESC, id DESC) WHERE (onboarding <> 'welcomed'::text)
  CREATE UNIQUE INDEX customer_pkey ON onpaid.customer USING btree (id)
  CREATE UNIQUE INDEX customer_stripe_customer_id_key ON onpaid.customer USING btree (stripe_customer_id)
  CREATE UNIQUE INDEX customer_subject_id_key ON onpaid.customer USING btree (subject_id)
  CREATE INDEX customer_support ON onpaid.customer USING btree (((sync ->> 'helpdesk'::text)), created_at DESC, id DESC) WHERE ((sync ->> 'helpdesk'::text) <> 'in_step'::text)

table customer_address
  merged_subject_id text not null
  customer_id text not null
  email_normalized text not null
  verified_at timestamp with time zone
  constraint customer_address_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES onpaid.customer(id)
  constraint customer_address_merged_subject_id_fkey FOREIGN KEY (merged_subject_id) REFERENCES onpaid.subject(id)
  constraint customer_address_pkey PRIMARY KEY (merged_subject_id)
  CREATE INDEX customer_address_customer ON onpaid.customer_address USING btree (customer_id)
  CREATE INDEX customer_address_email ON onpaid.customer_address USING btree (email_normalized)
  CREATE UNIQUE INDEX customer_address_pkey ON onpaid.customer_address USING btree (merged_subject_id)

table customer_history
  id bigint generated always as identity not null
  what text not null
  customer_id text not null
  merged_customer_id text not null
  from_subject_id text not null
  to_subject_id text not null
  decided_by text not null
  reason text not null
  at timestamp with time zone not null
  moved jsonb not null
  origin_subject_id text not null
  undone_at timestamp with time zone
  constraint customer_history_from_subject_id_fkey FOREIGN KEY (from_subject_id) REFERENCES onpaid.subject(id)
  constraint customer_history_pkey PRIMARY KEY (id)
  constraint customer_history_to_subject_id_fkey FOREIGN KEY (to_subject_id) REFERENCES onpaid.subject(id)
  constraint customer_history_what_check CHECK ((what = ANY (ARRAY['merged'::text, 'split'::text])))
  CREATE INDEX customer_history_customer ON onpaid.customer_history USING btree (customer_id)
  CREATE INDEX customer_history_merged ON onpaid.customer_history USING btree (merged_customer_id)
  CREATE INDEX customer_history_origin ON onpaid.customer_history USING btree (origin_subject_id) WHERE (undone_at IS NULL)
  CREATE UNIQUE INDEX customer_history_pkey ON onpaid.customer_history USING btree (id)
  CREATE INDEX customer_history_subject ON onpaid.customer_history USING btree (from_subject_id, id)

table deployment
  only_row boolean not null default true
  mode text not null
  stripe_account text
  live_since timestamp with time zone not null default date_trunc('second'::text, now())
  constraint deployment_mode_check CHECK ((mode = ANY (ARRAY['sandbox'::text, 'test'::text, 'live'::text])))
  constraint deployment_only_row_check CHECK (only_row)
  constraint deployment_pkey PRIMARY KEY (only_row)
  CREATE UNIQUE INDEX deployment_pkey ON onpaid.deployment USING btree (only_row)

table drift
  id bigint generated always as identity not null
  subject_id text not null
  object_id text not null
  kind text not null
  field text not null
  ours text
  stripe text
  cause text not null
  since timestamp with time zone
  found_at timestamp with time zone not null
  healed_at timestamp with time zone
  constraint drift_cause_check CHECK ((cause = ANY (ARRAY['missed'::text, 'late'::text, 'bug'::text, 'unknown'::text])))
  constraint drift_pkey PRIMARY KEY (id)
  constraint drift_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES onpaid.subject(id)
  CREATE UNIQUE INDEX drift_pkey ON onpaid.drift USING btree (id)
  CREATE INDEX drift_subject ON onpaid.drift USING btree (subject_id, id)

table effect
  id text not null
  kind text not null
  slot text not null
  shape text not null
  subject_id text
  state text not null
  data jsonb not null
  version bigint not null default 1
  sent_version bigint
  applied_version bigint
  applied_hash text
  after_id text
  after_dead text
  next_at timestamp with time zone default now()
  attempts integer not null default 0
  failed_attempts integer not null default 0
  limited_since timestamp with time zone
  request jsonb
  first_sent_at timestamp with time zone
  remote_id text
  failure jsonb
  reason text
  by_hand boolean not null default false
  lease_until timestamp with time zone
  leased_by text
  fence bigint not null default 0
  occurred_at timestamp with time zone not null
  created_at timestamp with time zone not null default now()
  settled_at timestamp with time zone
  constraint effect_after_dead_check CHECK ((after_dead = ANY (ARRAY['block'::text, 'proceed'::text, 'suppress'::text])))
  constraint effect_pkey PRIMARY KEY (id)
  constraint effect_shape_check CHECK ((shape = ANY (ARRAY['message'::text, 'state'::text])))
  constraint effect_slot_check CHECK ((slot = ANY (ARRAY['app'::text, 'crm'::text, 'email'::text, 'helpdesk'::text, 'chat'::text])))
  constraint effect_state_check CHECK ((state = ANY (ARRAY['held'::text, 'planned'::text, 'sending'::text, 'sent'::text, 'retry_wait'::text, 'unknown'::text, 'resolving'::text, 'dead'::text, 'suppressed'::text])))
  constraint effect_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES onpaid.subject(id)
  CREATE INDEX effect_children ON onpaid.effect USING btree (after_id) WHERE (after_id IS NOT NULL)
  CREATE INDEX effect_due ON onpaid.effect USING btree (slot, next_at) WHERE ((state = ANY (ARRAY['planned'::text, 'retry_wait'::text, 'unknown'::text])) AND (next_at IS NOT NULL))
  CREATE INDEX effect_leased ON onpaid.effect USING btree (lease_until) WHERE (state = ANY (ARRAY['sending'::text, 'resolving'::text]))
  CREATE UNIQUE INDEX effect_pkey ON onpaid.effect USING btree (id)
  CREATE INDEX effect_state ON onpaid.effect USING btree (state, created_at DESC, id DESC) INCLUDE (slot)
  CREATE INDEX effect_subject ON onpaid.effect USING btree (subject_id, created_at)

table event
  id text not null
  seq bigint generated always as identity not null
  type text not null
  subject_id text
  object_id text
  occurred_at timestamp with time zone not null
  received_at timestamp with time zone not null default now()
  api_version text
  livemode boolean not null
  disposition text not null
  origin text not null default 'webhook'::text
  shapes text[] not null default '{}'::text[]
  projected_at timestamp with time zone
  outcome text
  delivered_at timestamp with time zone
  constraint event_check CHECK (((disposition <> 'recorded'::text) OR (subject_id IS NOT NULL)))
  constraint event_disposition_check CHECK ((disposition = ANY (ARRAY['recorded'::text, 'ignored'::text, 'quarantined'::text, 'invalid'::text])))
  constraint event_origin_check CHECK ((origin = ANY (ARRAY['webhook'::text, 'repair'::text, 'backfill'::text])))
  constraint event_outcome_check CHECK ((outcome = ANY (ARRAY['applied'::text, 'stale'::text, 'unchanged'::text, 'unresolved'::text])))
  constraint event_pkey PRIMARY KEY (id)
  CREATE INDEX event_delivered ON onpaid.event USING btree (occurred_at) WHERE (delivered_at IS NOT NULL)
  CREATE UNIQUE INDEX event_pkey ON onpaid.event USING btree (id)
  CREATE INDEX event_refused ON onpaid.event USING btree (seq) WHERE (disposition = ANY (ARRAY['quarantined'::text, 'invalid'::text]))
  CREATE UNIQUE INDEX event_seq ON onpaid.event USING btree (seq)
  CREATE INDEX event_subject ON onpaid.event USING btree (subject_id, seq)
  CREATE INDEX event_unprojected ON onpaid.event USING btree (subject_id) WHERE ((projected_at IS NULL) AND (disposition = 'recorded'::text))

table event_payload partition by RANGE (received_at)
  event_id text not null
  shape text not null
  received_at timestamp with time zone not null default now()
  body bytea not null
  constraint event_payload_shape_check CHECK ((shape = ANY (ARRAY['snapshot'::text, 'thin'::text, 'raw'::text])))
  CREATE INDEX event_payload_event ON ONLY onpaid.event_payload USING btree (event_id)

table event_poll
  only_row boolean not null default true
  seen_until timestamp with time zone not null
  constraint event_poll_only_row_check CHECK (only_row)
  constraint event_poll_pkey PRIMARY KEY (only_row)
  CREATE UNIQUE INDEX event_poll_pkey ON onpaid.event_poll USING btree (only_row)

table event_watermark
  only_row boolean not null default true
  asked_until timestamp with time zone not null
  constraint event_watermark_only_row_check CHECK (only_row)
  constraint event_watermark_pkey PRIMARY KEY (only_row)
  CREATE UNIQUE INDEX event_watermark_pkey ON onpaid.event_watermark USING btree (only_row)

table issue
  id bigint generated always as identity not null
  cause_key text not null
  slot text
  vendor text
  cause text not null
  title text not null
  state text not null default 'open'::text
  occurrences integer not null default 1
  opened_at timestamp with time zone not null default now()
  last_seen_at timestamp with time zone not null default now()
  resolved_at timestamp with time zone
  constraint issue_pkey PRIMARY KEY (id)
  constraint issue_state_check CHECK ((state = ANY (ARRAY['open'::text, 'acknowledged'::text, 'muted'::text, 'resolved'::text])))
  CREATE UNIQUE INDEX issue_pkey ON onpaid.issue USING btree (id)
  CREATE UNIQUE INDEX issue_unresolved ON onpaid.issue USING btree (cause_key) WHERE (state <> 'resolved'::text)

table issue_effect
  issue_id bigint not null
  effect_id text not null
  settled_at timestamp with time zone
  constraint issue_effect_effect_id_fkey FOREIGN KEY (effect_id) REFERENCES onpaid.effect(id)
  constraint issue_effect_issue_id_fkey FOREIGN KEY (issue_id) REFERENCES onpaid.issue(id)
  constraint issue_effect_pkey PRIMARY KEY (issue_id, effect_id)
  CREATE INDEX issue_effect_effect ON onpaid.issue_effect USING btree (effect_id)
  CREATE UNIQUE INDEX issue_effect_pkey ON onpaid.issue_effect USING btree (issue_id, effect_id)

table object_alias
  object_id text not null
  subject_id text not null
  constraint object_alias_pkey PRIMARY KEY (object_id)
  constraint object_alias_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES onpaid.subject(id)
  CREATE UNIQUE INDEX object_alias_pkey ON onpaid.object_alias USING btree (object_id)
  CREATE INDEX object_alias_subject ON onpaid.object_alias USING btree (subject_id)

table subject
  id text not null
  wanted bigint not null default 0
  done bigint not null default 0
  wanted_since timestamp with time zone
  due_at timestamp with time zone
  verify_at timestamp with time zone
  verify_wanted_since timestamp with time zone
  verified_at timestamp with time zone
  not_before timestamp with time zone
  failures integer not null default 0
  failure text
  lease_until timestamp with time zone
  leased_by text
  fence bigint not null default 0
  episodes jsonb not null default '{}'::jsonb
  created_at timestamp with time zone not null default now()
  constraint subject_pkey PRIMARY KEY (id)
  CREATE INDEX subject_due ON onpaid.subject USING btree (due_at) WHERE (due_at IS NOT NULL)
  CREATE UNIQUE INDEX subject_pkey ON onpaid.subject USING btree (id)
  CREATE INDEX subject_verify ON onpaid.subject USING btree (verify_at) WHERE (verify_at IS NOT NULL)
  CREATE INDEX subject_wanted ON onpaid.subject USING btree (wanted_since) WHERE (wanted > done)

table transition
  key text not null
  kind text not null
  subject_id text not null
  object_id text not null
  occurred_at timestamp with time zone not null
  noticed_at timestamp with time zone not null default now()
  confidence text not null
  detail jsonb not null default '{}'::jsonb
  origin text not null default 'line'::text
  constraint transition_confidence_check CHECK ((confidence = ANY (ARRAY['provisional'::text, 'verified'::text])))
  constraint transition_origin_check CHECK ((origin = ANY (ARRAY['line'::text, 'reconcile'::text, 'backfill'::text])))
  constraint transition_pkey PRIMARY KEY (key)
  constraint transition_subject_id_fkey FOREIGN KEY (subject_id) REFERENCES onpaid.subject(id)
  CREATE UNIQUE INDEX transition_pkey ON onpaid.transition USING btree (key)
  CREATE INDEX transition_subject ON onpaid.transition USING btree (subject_id, occurred_at)

table walk
  name text not null
  position jsonb
  counts jsonb not null default '{}'::jsonb
  started_at timestamp with time zone
  finished_at timestamp with time zone
  lease_until timestamp with time zone
  leased_by text
  constraint walk_pkey PRIMARY KEY (name)
  CREATE UNIQUE INDEX walk_pkey ON onpaid.walk USING btree (name)

table webhook_refusal
  minute timestamp with time zone not null
  code text not null
  count bigint not null
  constraint webhook_refusal_pkey PRIMARY KEY (minute, code)
  CREATE UNIQUE INDEX webhook_refusal_pkey ON onpaid.webhook_refusal USING btree (minute, code)

view invariant_violation as
 SELECT name,
    id,
    (EXTRACT(epoch FROM age))::double precision AS age_seconds
   FROM ( SELECT 'event_forgotten'::text AS name,
            event.id,
            (now() - event.received_at) AS age
           FROM (onpaid.event
             JOIN onpaid.subject ON ((subject.id = event.subject_id)))
          WHERE ((event.disposition = 'recorded'::text) AND (event.projected_at IS NULL) AND (subject.wanted = subject.done))
        UNION ALL
         SELECT 'sending_past_lease'::text,
            effect.id,
            (now() - effect.lease_until)
           FROM onpaid.effect
          WHERE ((effect.state = ANY (ARRAY['sending'::text, 'resolving'::text])) AND (effect.lease_until < (now() - '00:00:10'::interval)))
        UNION ALL
         SELECT 'child_forgotten'::text,
            child.id,
            (now() - COALESCE(parent.settled_at, child.created_at))
           FROM (onpaid.effect child
             LEFT JOIN onpaid.effect parent ON ((parent.id = child.after_id)))
          WHERE ((child.state = 'planned'::text) AND (child.next_at IS NULL) AND ((child.after_id IS NULL) OR (COALESCE(parent.state, 'suppressed'::text) = ANY (ARRAY['sent'::text, 'suppressed'::text])) OR ((parent.state = 'dead'::text) AND (child.after_dead <> 'block'::text))))
        UNION ALL
         SELECT 'stuck_without_issue'::text,
            effect.id,
            (now() - effect.created_at)
           FROM onpaid.effect
          WHERE (((effect.state = 'dead'::text) OR ((effect.state = 'unknown'::text) AND (effect.next_at IS NULL))) AND (NOT (EXISTS ( SELECT
                   FROM (onpaid.issue_effect
                     JOIN onpaid.issue ON ((issue.id = issue_effect.issue_id)))
                  WHERE ((issue_effect.effect_id = effect.id) AND (issue_effect.settled_at IS NULL) AND (issue.state <> 'resolved'::text))))))
        UNION ALL
         SELECT 'held_too_long'::text,
            effect.id,
            (now() - effect.created_at)
           FROM onpaid.effect
          WHERE ((effect.state = 'held'::text) AND (effect.created_at < (now() - '00:15:00'::interval)))
        UNION ALL
         SELECT 'sent_without_proof'::text,
            effect.id,
            (now() - effect.settled_at)
           FROM onpaid.effect
          WHERE ((effect.state = 'sent'::text) AND (NOT effect.by_hand) AND (NOT (EXISTS ( SELECT
                   FROM onpaid.attempt
                  WHERE ((attempt.effect_id = effect.id) AND (attempt.outcome = ANY (ARRAY['sent'::text, 'found'::text, 'conflict'::text])))))))
        UNION ALL
         SELECT 'alias_cycle'::text,
            walk.id,
            (now() - subject.created_at)
           FROM (( WITH RECURSIVE walk AS (
                         SELECT object_alias.object_id AS id,
                            object_alias.subject_id
                           FROM onpaid.object_alias
                          WHERE (object_alias.object_id <> object_alias.subject_id)
                        UNION
                         SELECT walk_2.id,
                            next.subject_id
                           FROM (walk walk_2
                             JOIN onpaid.object_alias next ON (((next.object_id = walk_2.subject_id) AND (next.object_id <> next.subject_id))))
                          WHERE (walk_2.subject_id <> walk_2.id)
                        )
                 SELECT DISTINCT walk_1.id
                   FROM walk walk_1
                  WHERE (walk_1.subject_id = walk_1.id)) walk
             LEFT JOIN onpaid.subject ON ((subject.id = walk.id)))
        UNION ALL
         SELECT 'access_outlived'::text,
            customer.id,
            (now() - customer.access_until)
           FROM onpaid.customer
          WHERE (customer.access_allowed AND (customer.access_until < (now() - '00:00:10'::interval)))
        UNION ALL
         SELECT 'contact_twice'::text,
            effect.subject_id,
            (now() - min(effect.created_at))
           FROM onpaid.effect
          WHERE ((effect.kind = 'crm.contact'::text) AND (effect.remote_id IS NOT NULL) AND (effect.state <> 'suppressed'::text) AND (NOT (EXISTS ( SELECT
                   FROM onpaid.customer_history history
                  WHERE ((history.what = 'merged'::text) AND (history.undone_at IS NULL) AND (effect.id = (('contact:'::text || history.origin_subject_id) || '@crm'::text)))))))
          GROUP BY effect.subject_id
         HAVING (count(DISTINCT effect.remote_id) > 1)) violation;
