-- phase: expand
-- Organisations that move to another installation, or have come from one.
--   frozen    here nothing is written for it; what loops would do for it is parked in the row
--   arriving  it is being written, and is nobody's yet
--   arrived   it came with the file `export_id`
create table moving_organisations (
  org_id uuid primary key,
  state text not null check (state in ('frozen', 'arriving', 'arrived')),
  export_id uuid,
  since timestamptz not null default now(),
  -- rows of queues and leases by their table
  parked jsonb not null default '{}'
);
comment on table moving_organisations is 'no-tenant: ids of organisations that move, so that nothing is written here meanwhile';

-- The first thing in a transaction that writes for an organisation. A lock is not needed: a sweep, and a freeze, wait for
-- whatever was under way when they had been committed, and what begins later sees them here. Events that were sent before
-- a freeze are still handled, so that all services know the same.
create or replace function enter_organisation(org uuid) returns void
language plpgsql stable as $$
begin
  if exists (select from deleted_organisations where org_id = org) then
    raise exception 'Organisation % was deleted.', org using errcode = 'TG410';
  end if;
  if exists (select from moving_organisations where org_id = org and state <> 'arrived')
     and current_setting('app.system', true) is distinct from 'events' then
    raise exception 'Organisation % is being moved.', org using errcode = 'TG423';
  end if;
end $$;
