-- phase: expand
-- Packages that are bought by themselves when units run low: by feature, when an owner has switched it on, and up to what they
-- want to spend in a month. Off stays here as well: it says who or what switched it off.
create table top_ups (
  org_id uuid not null,
  feature text not null,
  package text not null,
  -- bought when no more units than this are left
  threshold bigint not null check (threshold >= 0),
  -- in the smallest unit of the organisation's currency
  monthly_cap_minor bigint not null check (monthly_cap_minor >= 0),
  enabled boolean not null,
  stopped text,
  changed_by text not null,
  changed_at timestamptz not null default clock_timestamp(),
  -- when it is looked at next; whoever does has a number, and marks that came meanwhile are seen
  check_at timestamptz,
  holder bigint not null default 0,
  marks bigint not null default 0,
  -- the month in which somebody was told that the cap is reached
  capped_in date,
  primary key (org_id, feature)
);
select tidegate.protect('top_ups', 'stripe');
create index on top_ups (check_at) where check_at is not null;

-- What was bought so, as it was sold. One at a time for each feature: the next waits until it is known what became of this one.
create table top_up_orders (
  org_id uuid not null,
  id uuid not null,
  feature text not null,
  package text not null,
  name text not null,
  -- units of one
  amount bigint not null,
  expires_days int,
  quantity int not null check (quantity > 0),
  currency text not null,
  total_minor bigint not null check (total_minor > 0),
  state text not null default 'open' check (state in ('open', 'granted', 'declined')),
  invoice_ref text,
  ordered_at timestamptz not null default clock_timestamp(),
  settled_at timestamptz,
  primary key (org_id, id)
);
select tidegate.protect('top_up_orders', 'stripe');
create unique index on top_up_orders (org_id, feature) where state = 'open';
