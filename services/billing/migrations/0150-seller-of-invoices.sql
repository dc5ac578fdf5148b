-- phase: expand
-- Who an own invoice is from, in lines, as it was when it was issued. Null: of before, or another's than our own.
alter table invoices add column seller text;
alter table kept_invoices add column seller text;

create or replace function keep_invoices() returns trigger language plpgsql set search_path from current as $$
begin
  insert into kept_invoices
  select org_id, id, provider, number, status, currency, subtotal_minor, discount_minor, tax_minor, total_minor,
         from_balance_minor, credited_minor, due_minor, period_start, period_end, issued_at, due_at, paid_at, created_at,
         customer, seller
    from gone where issued_at is not null and status <> 'draft' and provider <> 'demo'
  on conflict do nothing;
  return null;
end $$;
