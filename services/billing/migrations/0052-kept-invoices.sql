-- phase: contract, unused since 0.1.0
-- Whom an invoice is made out to, as it was when it was issued: name, address, tax id.
alter table invoices add column customer jsonb;
-- No line goes before its invoice, whoever deletes them.
alter table invoice_items no force row level security;
alter table invoices no force row level security;
alter table organisation_profiles no force row level security;
alter table invoice_items add foreign key (org_id, invoice_id) references invoices;
update invoices i set customer = jsonb_build_object('name', p.name, 'address', null, 'taxId', null)
  from organisation_profiles p where p.org_id = i.org_id and i.provider = 'manual' and i.issued_at is not null;
alter table organisation_profiles force row level security;
alter table invoices force row level security;
alter table invoice_items force row level security;

-- What organisations want on their invoices.
create table billing_details (
  org_id uuid primary key,
  name text not null,
  address text not null,
  tax_id text,
  changed_at timestamptz not null default now()
);
select tidegate.protect('billing_details');

-- Invoices of deleted organisations, which laws want kept for years: what stood on them, and nothing of who did what.
create table kept_invoices (
  org_id uuid not null,
  id uuid not null,
  provider text not null,
  number text,
  status text not null,
  currency text not null,
  subtotal_minor bigint not null,
  discount_minor bigint not null,
  tax_minor bigint not null,
  total_minor bigint not null,
  from_balance_minor bigint not null,
  credited_minor bigint not null,
  due_minor bigint not null,
  period_start timestamptz not null,
  period_end timestamptz not null,
  issued_at timestamptz not null,
  due_at timestamptz,
  paid_at timestamptz,
  created_at timestamptz not null,
  customer jsonb,
  primary key (org_id, id)
);
comment on table kept_invoices is 'kept: invoices are kept for INVOICE_KEEP_YEARS, also when their organisation is deleted';
select tidegate.protect('kept_invoices', 'billing');
create index on kept_invoices (issued_at);
create index on kept_invoices (created_at desc, id desc);
create index on invoices (created_at desc, id desc);

create table kept_invoice_lines (
  org_id uuid not null,
  invoice_id uuid not null,
  id uuid not null,
  product text,
  item text not null,
  description text not null,
  quantity bigint not null,
  currency text not null,
  amount_minor bigint not null,
  discount_minor bigint not null,
  period_start timestamptz not null,
  period_end timestamptz not null,
  primary key (org_id, invoice_id, id)
);
comment on table kept_invoice_lines is 'kept: lines of kept_invoices';
select tidegate.protect('kept_invoice_lines', 'billing');

-- By the deletion itself, so that nothing that is issued while an organisation is being deleted is lost. Only a purge
-- deletes invoices that were issued.
create function keep_invoices() returns trigger language plpgsql set search_path from current as $$
begin
  insert into kept_invoices
  select org_id, id, provider, number, status, currency, subtotal_minor, discount_minor, tax_minor, total_minor,
         from_balance_minor, credited_minor, due_minor, period_start, period_end, issued_at, due_at, paid_at, created_at,
         customer
    from gone where issued_at is not null and status <> 'draft'
  on conflict do nothing;
  return null;
end $$;
create trigger keep_invoices after delete on invoices referencing old table as gone
  for each statement execute function keep_invoices();

create function keep_invoice_lines() returns trigger language plpgsql set search_path from current as $$
begin
  insert into kept_invoice_lines
  select g.org_id, g.invoice_id, g.id, g.product, g.item, g.description, g.quantity, g.currency, g.amount_minor,
         g.discount_minor, g.period_start, g.period_end
    from gone g
    join invoices i on (i.org_id, i.id) = (g.org_id, g.invoice_id) and i.issued_at is not null and i.status <> 'draft'
   where exists (select from deleted_organisations d where d.org_id = g.org_id)
  on conflict do nothing;
  return null;
end $$;
create trigger keep_invoice_lines after delete on invoice_items referencing old table as gone
  for each statement execute function keep_invoice_lines();
