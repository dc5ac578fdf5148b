-- phase: expand
-- Plan versions from before a feature was built in get what the default plan gives: every snapshot is computed again.
alter table entitlements no force row level security;
update entitlements set catalogue_version = 0;
alter table entitlements force row level security;
