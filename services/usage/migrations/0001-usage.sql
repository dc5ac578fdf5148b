-- phase: expand
create table meters (
  meter text primary key,
  name text not null,
  unit text not null default '',
  description text not null default ''
);
comment on table meters is 'no-tenant: the metered features of the catalogue, the same for everybody';

-- What ingestion and leases need of the entitlement snapshot. The anchor never changes.
create table accounts (
  org_id uuid primary key,
  version int not null,
  anchor timestamptz not null,
  snapshot jsonb not null
);
select tidegate.protect('accounts', 'ingest');

-- The finite limits, one row each, so that the batch statement can compare balances with them.
create table quotas (
  org_id uuid not null references accounts,
  meter text not null,
  quota bigint not null,
  primary key (org_id, meter)
);
select tidegate.protect('quotas', 'ingest');

-- The identity of every event that was counted: sha-256 of source and id. A table of its own and without the time,
-- because a unique key on a partition of days would let a resend with another time through.
create table usage_identities (
  org_id uuid not null,
  key uuid not null,
  -- of meter and quantity: the same id with another content is a conflict and not a duplicate
  digest int not null,
  seen date not null,
  primary key (org_id, key)
);
select tidegate.protect('usage_identities', 'ingest');
create index on usage_identities using brin (seen);

create table usage_events (
  org_id uuid not null,
  at timestamptz not null,
  meter text not null,
  quantity bigint not null,
  source text not null,
  id text not null,
  lease uuid,
  received_at timestamptz not null default now()
) partition by range (at);
select tidegate.protect('usage_events', 'ingest');
create index on usage_events using brin (at);

-- Room on every page: the newest hour and the running period are updated again and again, in place (HOT).
create table usage_hours (
  org_id uuid not null,
  meter text not null,
  hour timestamptz not null,
  quantity bigint not null,
  events bigint not null,
  primary key (org_id, meter, hour)
) with (fillfactor = 60);
select tidegate.protect('usage_hours', 'ingest');

create table usage_balances (
  org_id uuid not null,
  meter text not null,
  period_start timestamptz not null,
  -- whole numbers that JavaScript holds exactly
  used bigint not null check (used between -9007199254740991 and 9007199254740991),
  primary key (org_id, meter, period_start)
) with (fillfactor = 50);
select tidegate.protect('usage_balances', 'ingest');

create table quota_alerts (
  org_id uuid not null,
  meter text not null,
  period_start timestamptz not null,
  percent int not null,
  quota bigint not null,
  used bigint not null,
  reached_at timestamptz not null default now(),
  primary key (org_id, meter, period_start, percent)
);
select tidegate.protect('quota_alerts', 'ingest');

-- Slices of a quota lent out. What a lease still holds counts as used until its events arrive (settled).
create table leases (
  org_id uuid not null,
  id uuid not null,
  meter text not null,
  period_start timestamptz not null,
  holder_id text not null,
  lease_key text not null,
  granted int not null,
  settled bigint not null default 0,
  -- null until it is returned
  spent int,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  held bigint not null generated always as (greatest(0, coalesce(spent, granted) - settled)) stored,
  primary key (org_id, id),
  unique (org_id, meter, holder_id, lease_key)
) with (fillfactor = 70);
select tidegate.protect('leases', 'ingest');
create index on leases (org_id, meter, period_start) where held > 0;
create index on leases using brin (created_at);

-- Events that were not counted, and why. Those whose organisation or meter is not known yet are tried again.
create table rejected_events (
  org_id uuid not null,
  -- of code and payload: sent again it is the same row
  fingerprint uuid not null,
  code text not null,
  message text not null,
  payload text not null,
  times int not null default 1,
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  primary key (org_id, fingerprint)
);
select tidegate.protect('rejected_events', 'ingest');
create index on rejected_events (last_at);
create index on rejected_events (code, last_at) where code in ('unknown_meter', 'unknown_organisation');
