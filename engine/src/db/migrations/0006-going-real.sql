-- What must be known before an installation goes live, and how far a local one has listened.

-- Deliveries that carried a Stripe-Signature header and were not answered 200, counted by minute and reason: `onpaid promote`
-- asks whether genuine ones were among them. Never a row per request, so that nobody can fill the disk by posting.
create table onpaid.webhook_refusal (
  minute timestamptz not null,
  code text not null,
  count bigint not null,
  primary key (minute, code)
);

-- How far Stripe's list of events was read, by Stripe's own time; only where there is no webhook.
create table onpaid.event_poll (
  only_row boolean primary key default true check (only_row),
  seen_until timestamptz not null
);
