-- phase: expand
-- The first thing in a transaction that writes for an organisation. A lock is not needed: a sweep waits for whatever was
-- under way when the deletion had been committed, and what begins later sees it here.
create or replace function enter_organisation(org uuid) returns void
language plpgsql stable as $$
begin
  if exists (select from deleted_organisations where org_id = org) then
    raise exception 'Organisation % was deleted.', org using errcode = 'TG410';
  end if;
end $$;
