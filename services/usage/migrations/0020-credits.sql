-- phase: expand
-- Prepaid units of a meter, as billing says that they were bought or given. They are drawn in one order, beyond what the
-- plan includes: priority, the soonest end, free before paid, the oldest, id.
create table credit_grants (
  org_id uuid not null,
  id uuid not null,
  meter text not null,
  amount bigint not null check (amount between 1 and 9007199254740991),
  -- the sum of its draws, in the smallest steps of the meter
  drawn bigint not null default 0,
  priority int not null,
  free boolean not null,
  -- half-open; infinity: it never expires
  from_at timestamptz not null,
  until_at timestamptz not null,
  given_at timestamptz not null,
  name text not null,
  primary key (org_id, id),
  check (drawn >= 0)
);
select tidegate.protect('credit_grants', 'ingest');
create index on credit_grants (org_id, meter);

-- What was drawn, by the second in which it was used: sums of windows and hours take it off the usage, wherever they begin.
create table credit_draws (
  org_id uuid not null,
  meter text not null,
  at timestamptz not null,
  grant_id uuid not null,
  quantity bigint not null check (quantity > 0),
  primary key (org_id, meter, at, grant_id),
  foreign key (org_id, grant_id) references credit_grants on delete cascade
) with (fillfactor = 80);
select tidegate.protect('credit_draws', 'ingest');
create index on credit_draws (org_id, grant_id);

alter table quotas
  -- there are, or were, prepaid units: what is counted is looked at once more
  add column credited boolean not null default false,
  -- prepaid units are drawn beyond it; null: nothing is refused or charged, so nothing is drawn
  add column draws_from bigint;
alter table quotas no force row level security;
alter table entitlement_snapshots no force row level security;
update quotas q set draws_from = case when s.snapshot #>> array['features', q.meter, 'enforcement'] = 'overage'
                                      then q.quota else least((s.snapshot #>> array['features', q.meter, 'ceiling'])::numeric
             * power(10::numeric, coalesce((select decimals from meters m where m.meter = q.meter), 0)), 9007199254740991) end
  from entitlement_snapshots s where s.org_id = q.org_id;
alter table entitlement_snapshots force row level security;
alter table quotas force row level security;

-- How many units of a lease are beyond what the plan includes: they are not there for others, in whatever window.
alter table leases add column credit_units int not null default 0;
create index on leases (org_id, meter) where credit_units > 0;
