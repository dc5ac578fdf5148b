-- phase: expand
-- Organisations that were deleted: nothing of theirs is written any more, and what is there is taken away in sweeps.
-- The row outlives everything that may still be under way.
create table deleted_organisations (
  org_id uuid primary key,
  deleted_at timestamptz not null default now(),
  -- when the next sweep begins; null after the last
  due_at timestamptz default now(),
  sweeps int not null default 0,
  -- whoever sweeps renews this with each batch
  held_until timestamptz not null default '-infinity',
  -- how far the sweep has come, and what all of them took away
  place jsonb,
  rows bigint not null default 0
);
create index deleted_organisations_due on deleted_organisations (due_at) where due_at is not null;
comment on table deleted_organisations is 'no-tenant: ids of deleted organisations, so that nothing of theirs comes back; kept for 400 days';

-- The first thing in a transaction that writes for an organisation. The lock is what a sweep waits for: whoever entered
-- before the deletion was committed has ended before the sweep begins, whoever enters later sees it. Not in one
-- statement with the wait: volatile functions look anew with each of their statements.
create function enter_organisation(org uuid) returns void
language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(hashtextextended(current_schema() || ' organisation ' || org, 0));
  if exists (select from deleted_organisations where org_id = org) then
    raise exception 'Organisation % was deleted.', org using errcode = 'TG410';
  end if;
end $$;
