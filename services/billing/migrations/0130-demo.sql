-- phase: contract, unused since 0.1.0
-- Made-up organisations to be looked at. Nothing of them is charged, sold, kept or counted as revenue.
create table demo_organisations (
  org_id uuid primary key
);
comment on table demo_organisations is 'no-tenant: what is no revenue is left out where all organisations are counted';

alter table invoices drop constraint invoices_provider_check;
alter table invoices add constraint invoices_provider_check check (provider in ('manual', 'stripe', 'demo'));

create or replace function keep_invoices() returns trigger language plpgsql set search_path from current as $$
begin
  insert into kept_invoices
  select org_id, id, provider, number, status, currency, subtotal_minor, discount_minor, tax_minor, total_minor,
         from_balance_minor, credited_minor, due_minor, period_start, period_end, issued_at, due_at, paid_at, created_at,
         customer
    from gone where issued_at is not null and status <> 'draft' and provider <> 'demo'
  on conflict do nothing;
  return null;
end $$;

create or replace function keep_invoice_lines() returns trigger language plpgsql set search_path from current as $$
begin
  insert into kept_invoice_lines
  select g.org_id, g.invoice_id, g.id, g.product, g.item, g.description, g.quantity, g.currency, g.amount_minor,
         g.discount_minor, g.period_start, g.period_end
    from gone g
    join invoices i on (i.org_id, i.id) = (g.org_id, g.invoice_id) and i.issued_at is not null and i.status <> 'draft'
                   and i.provider <> 'demo'
   where exists (select from deleted_organisations d where d.org_id = g.org_id)
  on conflict do nothing;
  return null;
end $$;
