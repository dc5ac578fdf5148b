-- phase: expand
-- The catalogue is append-only: what a subscription was sold with can always be read again.
create table catalogues (
  version int primary key,
  hash text not null,
  -- currency, features and, per plan on offer, its version; cheapest first
  document jsonb not null,
  source text not null,
  applied_at timestamptz not null default now()
);
comment on table catalogues is 'no-tenant: the plan catalogue of the whole installation, one row per applied version';

create table plan_versions (
  plan text not null,
  version int not null,
  definition jsonb not null,
  catalogue_version int not null references catalogues,
  primary key (plan, version)
);
comment on table plan_versions is 'no-tenant: the plan catalogue of the whole installation';

-- One live subscription per organisation: the key says so. It is pinned to a version of its plan.
create table subscriptions (
  org_id uuid primary key,
  plan text not null,
  plan_version int not null,
  status text not null check (status in
    ('trialing', 'active', 'past_due', 'unpaid', 'paused', 'incomplete', 'incomplete_expired', 'canceled')),
  billing_interval text not null check (billing_interval in ('month', 'year')),
  -- periods are counted from here; it never changes
  period_anchor timestamptz not null,
  started_at timestamptz not null default now(),
  foreign key (plan, plan_version) references plan_versions
);
select tidegate.protect('subscriptions', 'catalogue');
create index on subscriptions (plan, plan_version);

create table subscription_changes (
  org_id uuid not null,
  id uuid not null,
  changed_at timestamptz not null default now(),
  changed_by text not null,
  before jsonb,
  after jsonb not null,
  primary key (org_id, id),
  foreign key (org_id) references subscriptions
);
select tidegate.protect('subscription_changes', 'catalogue');

-- The last snapshot that was announced. catalogue_version: which catalogue it was computed with; 0 when something
-- else changed. A loop computes those anew that are behind the catalogue in force.
create table entitlements (
  org_id uuid primary key references subscriptions,
  version int not null,
  snapshot jsonb not null,
  catalogue_version int not null
);
select tidegate.protect('entitlements', 'catalogue');
create index on entitlements (catalogue_version);
