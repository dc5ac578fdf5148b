-- phase: contract, unused since 0.1.0
-- Only what was sold before products existed belonged to `main` by itself.
alter table plan_versions alter column product drop default;
alter table subscriptions alter column product drop default;
