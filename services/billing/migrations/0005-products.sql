-- phase: contract, unused since 0.1.0
-- Plans and add-ons belong to a product, and an organisation has one subscription for each. What was sold before belongs
-- to the product `main`.
alter table subscriptions
  drop constraint subscriptions_plan_plan_version_fkey,
  drop constraint subscriptions_next_plan_next_plan_version_fkey;
drop index subscriptions_plan_plan_version_idx;
-- An organisation without any subscription has entitlements and a history, too.
alter table subscription_changes drop constraint subscription_changes_org_id_fkey;
alter table entitlements drop constraint entitlements_org_id_fkey;

alter table plan_versions
  add column product text not null default 'main',
  drop constraint plan_versions_pkey,
  add primary key (product, plan, version);

create table addon_versions (
  product text not null,
  addon text not null,
  version int not null,
  definition jsonb not null,
  catalogue_version int not null references catalogues,
  primary key (product, addon, version)
);
comment on table addon_versions is 'no-tenant: the plan catalogue of the whole installation';

alter table subscriptions
  add column product text not null default 'main',
  drop constraint subscriptions_pkey,
  add primary key (org_id, product),
  add foreign key (product, plan, plan_version) references plan_versions,
  add foreign key (product, next_plan, next_plan_version) references plan_versions;
create index on subscriptions (product, plan, plan_version);
