-- phase: expand
-- Whoever counts has what it needs of organisations in memory, and asks with each request whose were changed since: by the
-- number of the transaction, because a later one may be visible before an earlier one.
alter table entitlement_snapshots add column changed_in xid8 not null default '0';
create index on entitlement_snapshots (changed_in);

create function note_snapshot_change() returns trigger language plpgsql as $$
begin
  new.changed_in := pg_current_xact_id();
  return new;
end $$;
create trigger note_snapshot_change before insert or update on entitlement_snapshots
  for each row execute function note_snapshot_change();
