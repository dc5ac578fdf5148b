-- phase: expand
-- That an organisation is being exported: one at a time over all gateways, until it ends or is not kept any more.
create table organisation_exports (
  org_id uuid primary key,
  id uuid not null,
  user_id uuid not null,
  began_at timestamptz not null default now(),
  held_until timestamptz not null
);
select tidegate.protect('organisation_exports');
