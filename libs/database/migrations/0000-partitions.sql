-- phase: expand
-- Day partitions named <table>_YYYYMMDD. Security definer, because the runtime role owns nothing; the table must be a
-- partitioned table of this very schema. A partition is closed with row-level security like its parent, and the
-- runtime role reaches it through the parent only.
create function ensure_day_partitions(target text, back int, ahead int) returns void
language plpgsql security definer set search_path from current as $$
declare
  day date;
  child text;
begin
  for day in select generate_series((now() at time zone 'utc')::date - back, (now() at time zone 'utc')::date + ahead, '1 day')::date loop
    child := target || '_' || to_char(day, 'YYYYMMDD');
    continue when to_regclass(quote_ident(child)) is not null;
    -- Two replicas may come here together: the second waits and then finds the partition.
    perform pg_advisory_xact_lock(hashtext(current_schema() || '.' || target));
    continue when to_regclass(quote_ident(child)) is not null;
    execute format('create table if not exists %I partition of %I for values from (%L) to (%L)', child, target,
      day::timestamp at time zone 'utc', (day + 1)::timestamp at time zone 'utc');
    execute format('alter table %I enable row level security', child);
    execute format('alter table %I force row level security', child);
    execute format('revoke all on %I from public', child);
  end loop;
end $$;

create function drop_day_partitions(target text, keep_days int) returns int
language plpgsql security definer set search_path from current as $$
declare
  child text;
  dropped int := 0;
begin
  for child in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = to_regclass(quote_ident(target))
       and c.relname ~ '_[0-9]{8}$'
       and to_date(right(c.relname, 8), 'YYYYMMDD') < (now() at time zone 'utc')::date - keep_days
  loop
    execute format('drop table %I', child);
    dropped := dropped + 1;
  end loop;
  return dropped;
end $$;
