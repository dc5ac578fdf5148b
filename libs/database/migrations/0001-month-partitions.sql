-- phase: expand
-- Month partitions named <table>_YYYYMM, as the day partitions are; the partition key is a date.
create function ensure_month_partitions(target text, first date, last date) returns void
language plpgsql security definer set search_path from current as $$
declare
  month date;
  child text;
begin
  for month in select generate_series(date_trunc('month', first::timestamp), last::timestamp, '1 month')::date loop
    child := target || '_' || to_char(month, 'YYYYMM');
    continue when to_regclass(quote_ident(child)) is not null;
    perform pg_advisory_xact_lock(hashtext(current_schema() || '.' || target));
    continue when to_regclass(quote_ident(child)) is not null;
    execute format('create table %I partition of %I for values from (%L) to (%L)', child, target, month,
      (month + interval '1 month')::date);
    execute format('alter table %I enable row level security', child);
    execute format('alter table %I force row level security', child);
    execute format('revoke all on %I from public', child);
  end loop;
end $$;

-- One partition a call, the oldest that lies wholly before keep_days ago: the lock on the table is held for a moment.
create function drop_month_partition(target text, keep_days int) returns boolean
language plpgsql security definer set search_path from current as $$
declare
  child text;
begin
  select c.relname into child from pg_inherits i join pg_class c on c.oid = i.inhrelid
   where i.inhparent = to_regclass(quote_ident(target)) and c.relname ~ '_[0-9]{6}$'
     and to_date(right(c.relname, 6), 'YYYYMM') + interval '1 month'
         <= (now() at time zone 'utc')::date - keep_days
   order by c.relname limit 1;
  if child is null then return false; end if;
  execute format('drop table %I', child);
  return true;
end $$;

-- Row-level security that hides rows from the owner must not make a full partition look empty: then only a file of no
-- bytes counts.
create function partition_is_empty(child text) returns boolean
language plpgsql security definer set search_path from current as $$
declare
  filled boolean;
begin
  if pg_relation_size(to_regclass(quote_ident(child))) = 0 then return true; end if;
  if row_security_active(quote_ident(child)) then return false; end if;
  execute format('select exists (select from %I)', child) into filled;
  return not filled;
end $$;

-- One day partition a call that is older than keep_days and from which everything has been moved away.
create function drop_emptied_day_partition(target text, keep_days int) returns boolean
language plpgsql security definer set search_path from current as $$
declare
  child text;
begin
  for child in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = to_regclass(quote_ident(target)) and c.relname ~ '_[0-9]{8}$'
       and to_date(right(c.relname, 8), 'YYYYMMDD') < (now() at time zone 'utc')::date - keep_days
     order by c.relname
  loop
    continue when not partition_is_empty(child);
    execute format('lock table %I in access exclusive mode', child);
    continue when not partition_is_empty(child);
    execute format('drop table %I', child);
    return true;
  end loop;
  return false;
end $$;
