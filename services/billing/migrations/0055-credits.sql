-- phase: expand
-- Prepaid units of metered features, bought or given. What is drawn of them is counted where usage is. The reference says what
-- they are for, such as a paid order: the same is given once.
create table credits (
  org_id uuid not null,
  id uuid not null,
  reference text not null,
  feature text not null,
  name text not null,
  amount bigint not null check (amount between 1 and 9007199254740991),
  from_at timestamptz not null,
  -- null: they never expire
  until_at timestamptz,
  source text not null check (source in ('package', 'manual', 'promotion')),
  package text,
  -- the lowest is drawn first
  priority int not null default 0,
  -- what was paid for them; null: nothing
  currency text,
  paid_minor bigint,
  given_by text not null,
  reason text not null,
  given_at timestamptz not null default clock_timestamp(),
  primary key (org_id, id),
  unique (org_id, reference)
);
select tidegate.protect('credits', 'billing');
create index on credits (org_id, given_at desc, id desc);

-- Packages that were ordered on an invoice: what was sold is stored as it was, whatever the catalogue says later.
create table package_orders (
  org_id uuid not null,
  id uuid not null,
  -- chosen by whoever orders: the same key is the same order
  order_key text not null,
  package text not null,
  name text not null,
  feature text not null,
  quantity int not null check (quantity > 0),
  amount bigint not null check (amount between 1 and 9007199254740991),
  expires_days int,
  currency text not null,
  total_minor bigint not null check (total_minor > 0),
  status text not null check (status in ('open', 'granted', 'canceled')),
  invoice_id uuid,
  credit_id uuid,
  ordered_by text not null,
  ordered_at timestamptz not null default clock_timestamp(),
  primary key (org_id, id),
  unique (org_id, order_key)
);
select tidegate.protect('package_orders', 'billing');
create index on package_orders (org_id, invoice_id);
