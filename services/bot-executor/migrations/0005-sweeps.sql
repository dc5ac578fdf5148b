-- phase: expand
-- Backtests of many settings. `work` is what was asked for, `results` what came out; figures are the market's decimals.
create table sweeps (
  org_id uuid not null,
  id uuid not null,
  status text not null default 'waiting' check (status in ('waiting', 'running', 'done', 'cancelled', 'failed')),
  work jsonb not null,
  combinations int not null,
  refused int not null,
  runs int not null,
  done int not null default 0,
  fingerprint text,
  results jsonb,
  failure text,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (org_id, id)
);
select tidegate.protect('sweeps');

-- Sweeps that wait or run, and who runs them; a lease that is not renewed is taken over.
create table sweep_leases (
  sweep_id uuid primary key,
  org_id uuid not null,
  fence bigint not null default 0,
  tries int not null default 0,
  expires_at timestamptz not null default '-infinity'
);
create index sweep_leases_org on sweep_leases (org_id);
comment on table sweep_leases is 'no-tenant: ids and leases of waiting sweeps, read by the runners across organisations';
