-- Who may sign in. A person is a customer, or staff when a role is set; nobody has a password.

create table accounts."user" (
  id text primary key,
  name text not null,
  email text not null unique,
  email_verified boolean not null default false,
  image text,
  role text check (role in ('owner', 'admin', 'support', 'viewer')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table accounts.session (
  id text primary key,
  user_id text not null references accounts."user" (id) on delete cascade,
  token text not null unique,
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index session_user_id on accounts.session (user_id);

-- Other ways to sign in than a link (a passkey provider, single sign-on); empty until one is added.
create table accounts.account (
  id text primary key,
  user_id text not null references accounts."user" (id) on delete cascade,
  account_id text not null,
  provider_id text not null,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  password text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (provider_id, account_id)
);
create index account_user_id on accounts.account (user_id);

-- Links that were sent and not yet used, hashed.
create table accounts.verification (
  id text primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index verification_identifier on accounts.verification (identifier);

create table accounts.rate_limit (
  id text primary key,
  key text not null unique,
  count integer not null,
  last_request bigint not null
);
