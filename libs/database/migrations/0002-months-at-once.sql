-- phase: expand
-- Waiting for an advisory lock does not make a session see what was made meanwhile: its cache of names still says that
-- the partition is missing. `if not exists` asks anew.
create or replace function ensure_month_partitions(target text, first date, last date) returns void
language plpgsql security definer set search_path from current as $$
declare
  month date;
  child text;
begin
  for month in select generate_series(date_trunc('month', first::timestamp), last::timestamp, '1 month')::date loop
    child := target || '_' || to_char(month, 'YYYYMM');
    continue when to_regclass(quote_ident(child)) is not null;
    perform pg_advisory_xact_lock(hashtext(current_schema() || '.' || target));
    execute format('create table if not exists %I partition of %I for values from (%L) to (%L)', child, target, month,
      (month + interval '1 month')::date);
    execute format('alter table %I enable row level security', child);
    execute format('alter table %I force row level security', child);
    execute format('revoke all on %I from public', child);
  end loop;
end $$;
