-- phase: expand
-- A server that an organisation watches. `password` is sealed by the vault for this very row.
create table servers (
  org_id uuid not null,
  id uuid not null,
  name text not null,
  host text not null,
  port int not null,
  database_name text not null,
  user_name text not null,
  password text not null,
  tls_mode text not null check (tls_mode in ('disable', 'require', 'verify-ca', 'verify-full')),
  tls_ca text,
  platform boolean not null default false,
  state text not null default 'pending' check (state in ('pending', 'ok', 'unreachable', 'paused')),
  state_since timestamptz not null default now(),
  failure_code text,
  -- What the collector found when it last connected: version, limits, and the report of what is missing.
  facts jsonb,
  report jsonb,
  last_collected_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (org_id, id)
);
create unique index servers_name on servers (org_id, lower(name));
create unique index servers_platform on servers (org_id) where platform;
select tidegate.protect('servers');

-- Who collects from which server. A replica holds a lease for as long as it keeps renewing it; `fence` grows with
-- every change of holder, and whoever writes samples proves in the same transaction that its fence is still the one.
create table server_leases (
  server_id uuid primary key,
  org_id uuid not null,
  holder text,
  fence bigint not null default 0,
  expires_at timestamptz not null default '-infinity',
  -- Grows when the server's fields change, so that the holder connects anew.
  revision int not null default 1,
  paused boolean not null default false,
  sizes_due_at timestamptz not null default '-infinity',
  texts_due_at timestamptz not null default '-infinity'
);
create index server_leases_expiry on server_leases (expires_at) where not paused;
create index server_leases_org on server_leases (org_id);
comment on table server_leases is 'no-tenant: ids, holders and due times only, read by the scheduler across organisations';

-- The first organisation of an installation is its operator's. Written once, whether or not there was something to
-- offer, so that nobody who comes later is ever taken for the operator.
create table platform_offers (
  one boolean primary key default true check (one),
  org_id uuid not null,
  decided_at timestamptz not null default now()
);
comment on table platform_offers is 'no-tenant: a single row that remembers which organisation came first';
