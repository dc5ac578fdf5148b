-- phase: contract, unused since 0.1.0
-- A move of subscriptions that was ordered for the end of what is paid now: the plan version, and when it begins.
alter table subscriptions
  add column next_plan text,
  add column next_plan_version int,
  add column next_at timestamptz,
  add column next_by text,
  add foreign key (next_plan, next_plan_version) references plan_versions,
  add check (num_nulls(next_plan, next_plan_version, next_at, next_by) in (0, 4));
create index on subscriptions (next_at) where next_at is not null;
