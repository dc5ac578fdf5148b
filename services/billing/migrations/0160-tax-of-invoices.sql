-- phase: expand
-- Tax that own invoices add: what it is called and how much of each line it is, as it was when the invoice was issued. Null:
-- none was charged, or another than our own computed it.
alter table billing_details add column country text;
alter table invoices add column tax jsonb;
alter table kept_invoices add column tax jsonb;
alter table invoice_items add column tax_minor bigint not null default 0;
alter table kept_invoice_lines add column tax_minor bigint not null default 0;

create or replace function keep_invoices() returns trigger language plpgsql set search_path from current as $$
begin
  insert into kept_invoices
  select org_id, id, provider, number, status, currency, subtotal_minor, discount_minor, tax_minor, total_minor,
         from_balance_minor, credited_minor, due_minor, period_start, period_end, issued_at, due_at, paid_at, created_at,
         customer, seller, tax
    from gone where issued_at is not null and status <> 'draft' and provider <> 'demo'
  on conflict do nothing;
  return null;
end $$;

create or replace function keep_invoice_lines() returns trigger language plpgsql set search_path from current as $$
begin
  insert into kept_invoice_lines
  select g.org_id, g.invoice_id, g.id, g.product, g.item, g.description, g.quantity, g.currency, g.amount_minor,
         g.discount_minor, g.period_start, g.period_end, g.tax_minor
    from gone g
    join invoices i on (i.org_id, i.id) = (g.org_id, g.invoice_id) and i.issued_at is not null and i.status <> 'draft'
                   and i.provider <> 'demo'
   where exists (select from deleted_organisations d where d.org_id = g.org_id)
  on conflict do nothing;
  return null;
end $$;
