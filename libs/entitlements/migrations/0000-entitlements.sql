-- phase: expand
-- The newest entitlement snapshot of each organisation, as billing said it. The row is also the lock under which the
-- organisation's counted things are created.
create table entitlements (
  org_id uuid primary key,
  version bigint not null,
  snapshot jsonb not null
);
select tidegate.protect('entitlements');
