-- phase: expand
-- What computed the snapshot: one of an older form is computed again, and is found without looking at the others.
alter table entitlements add column form int not null default 0;
create index on entitlements (org_id) where form < 1;
