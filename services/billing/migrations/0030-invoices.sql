-- phase: expand
-- What is charged or credited, before and after it is put on an invoice. The effect's key says what it is for, such as the
-- subscription's item and the start of its period: the same effect is charged once, whoever asks and however often.
create table invoice_items (
  org_id uuid not null,
  id uuid not null,
  effect_key text not null,
  product text,
  item text not null,
  description text not null,
  quantity bigint not null,
  currency text not null,
  -- smallest units of the currency, before discounts; credits are negative
  amount_minor bigint not null,
  period_start timestamptz not null,
  period_end timestamptz not null,
  changed_by text not null,
  reason text,
  created_at timestamptz not null default now(),
  -- null until it is on an invoice
  invoice_id uuid,
  discount_minor bigint not null default 0 check (discount_minor >= 0),
  primary key (org_id, id),
  unique (org_id, effect_key)
);
select tidegate.protect('invoice_items', 'billing');
create index on invoice_items (org_id, invoice_id);

create table invoices (
  org_id uuid not null,
  id uuid not null,
  provider text not null check (provider in ('manual', 'stripe')),
  -- the provider's id; null for our own
  provider_ref text,
  number text,
  status text not null check (status in ('draft', 'open', 'paid', 'void', 'uncollectible')),
  currency text not null,
  subtotal_minor bigint not null,
  discount_minor bigint not null,
  tax_minor bigint not null default 0,
  total_minor bigint not null,
  from_balance_minor bigint not null default 0,
  credited_minor bigint not null default 0,
  due_minor bigint not null,
  period_start timestamptz not null,
  period_end timestamptz not null,
  issued_at timestamptz,
  due_at timestamptz,
  paid_at timestamptz,
  url text,
  pdf_url text,
  created_at timestamptz not null default now(),
  -- the provider's state that was seen last; older ones are dropped
  sync_seq bigint not null default 0,
  primary key (org_id, id)
);
select tidegate.protect('invoices', 'billing');
create unique index on invoices (provider_ref) where provider_ref is not null;
create unique index on invoices (number) where provider = 'manual';
create index on invoices (org_id, created_at desc, id desc);

-- Numbers of our own invoices follow each other without gaps: the row is locked until the invoice is committed.
create table invoice_numbers (
  year int primary key,
  last int not null
);
comment on table invoice_numbers is 'no-tenant: the last invoice number of each year, for the whole installation';

-- What an organisation has to its credit, by currency; each change once. The balance is the sum.
create table balance_changes (
  org_id uuid not null,
  id uuid not null,
  effect_key text not null,
  currency text not null,
  amount_minor bigint not null,
  reason text not null,
  changed_by text not null,
  invoice_id uuid,
  created_at timestamptz not null default now(),
  primary key (org_id, id),
  unique (org_id, effect_key)
);
select tidegate.protect('balance_changes', 'billing');

-- One row for each organisation that is billed: everything that touches its money locks it, so that changes take turns.
create table billing_accounts (
  org_id uuid primary key,
  -- decided by the first item that is paid
  currency text,
  created_at timestamptz not null default now()
);
select tidegate.protect('billing_accounts', 'billing');

-- What was done to an invoice by hand: who, when and why. The effect's key makes each safe to repeat.
create table invoice_changes (
  org_id uuid not null,
  id uuid not null,
  invoice_id uuid not null,
  effect_key text not null,
  change text not null check (change in ('paid', 'voided', 'credited')),
  amount_minor bigint not null,
  reason text not null,
  changed_by text not null,
  changed_at timestamptz not null default now(),
  primary key (org_id, id),
  unique (org_id, effect_key),
  foreign key (org_id, invoice_id) references invoices
);
select tidegate.protect('invoice_changes', 'billing');
