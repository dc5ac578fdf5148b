-- phase: contract, unused since 0.1.0
-- The plans of an organisation as billing last said them, one of each product at most: `monitoring.pro`.
alter table organisations add column plans text[];
alter table organisations no force row level security;
update organisations set plans = case when plan = 'none' then '{}' else array['main.' || plan] end where plan is not null;
alter table organisations force row level security;
alter table organisations drop column plan;
