-- phase: expand
-- What a subscription without a payment provider has paid for in advance, and which usage is counted for it. It changes with
-- the subscription, in the same transaction; the row stays when the subscription ends, so that `seq` never repeats.
create table paid_periods (
  org_id uuid not null,
  product text not null,
  -- how often it was changed: names the effects of each change
  seq int not null,
  currency text not null,
  items jsonb not null,
  period_start timestamptz not null,
  period_end timestamptz not null,
  -- usage that is charged afterwards, each since when: a window of its limit that is still open
  usage jsonb not null,
  -- when the next period or window ends; null while nothing is charged
  next_at timestamptz,
  primary key (org_id, product)
);
select tidegate.protect('paid_periods', 'billing');

-- Windows that are over and whose usage is charged: the first time one hour later, then whatever has come since.
create table usage_charges (
  org_id uuid not null,
  product text not null,
  feature text not null,
  from_at timestamptz not null,
  until_at timestamptz not null,
  -- the limit counts from here: a change of prices cuts a window, and its counter goes on
  window_start timestamptz not null,
  per text not null,
  name text not null,
  price jsonb not null,
  -- null: unlimited
  included bigint,
  currency text not null,
  charged_quantity bigint not null default 0,
  charged_minor bigint not null default 0,
  charges int not null default 0,
  -- null: too old for further events
  due_at timestamptz,
  primary key (org_id, product, feature, from_at)
);
select tidegate.protect('usage_charges', 'billing');
create index on usage_charges (due_at) where due_at is not null;
