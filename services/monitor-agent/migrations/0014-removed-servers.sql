-- phase: contract, unused since 0.1.0
-- A removed server is nobody's any more at once; what was collected from it goes afterwards, a batch at a time.
alter table servers add column removed_at timestamptz;
drop index servers_name;
create unique index servers_name on servers (org_id, lower(name)) where removed_at is null;
drop index servers_platform;
create unique index servers_platform on servers (org_id) where platform and removed_at is null;

create table server_removals (
  server_id uuid primary key,
  org_id uuid not null,
  removed_at timestamptz not null default now()
);
comment on table server_removals is 'no-tenant: ids only, of what is to be deleted, one organisation after the other';
