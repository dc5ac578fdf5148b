-- phase: expand
-- Made-up data to look at: an organisation in which everybody may only read, and of which nothing reaches anybody outside.
alter table organisations add column demo boolean not null default false,
  -- up to when there is data in it
  add column demo_until timestamptz;

-- An installation has one at most.
create table demo_organisation (
  only_row boolean primary key default true check (only_row),
  org_id   uuid not null
);
comment on table demo_organisation is 'no-tenant: which organisation is the demo';
