-- phase: expand
-- Names and owners of organisations, as identity knows them: for the operator's lists. `marks` counts what made it necessary
-- to ask identity; an answer clears only what came before it. Every organisation from before is asked for first.
create table organisation_profiles (
  org_id uuid primary key,
  name text not null default '',
  owner_email text,
  created_at timestamptz not null,
  marks int not null default 1
);
alter table period_steps no force row level security;
insert into organisation_profiles (org_id, created_at)
select org_id, min(from_at) from period_steps where product = 'shared' group by org_id;
alter table period_steps force row level security;
create index on organisation_profiles (created_at desc, org_id desc);
create index on organisation_profiles (lower(name), org_id);
create index on organisation_profiles (org_id) where marks > 0;

-- What subscriptions bring in a month, each change once and none changed afterwards: figures of the past stay what they were.
create table revenue_facts (
  -- the organisation; nothing else here says who it is
  customer uuid not null,
  id bigint not null generated always as identity,
  at timestamptz not null,
  -- '' for what belongs to no product: signed_up and deleted
  product text not null,
  plan text not null,
  plan_version int not null,
  status text not null,
  billing_interval text not null,
  currency text not null,
  -- smallest units of the currency
  mrr_minor bigint not null check (mrr_minor >= 0),
  primary key (customer, id)
);
comment on table revenue_facts is 'no-tenant: amounts by an id without a name, kept when the organisation is deleted, for the books';
create index on revenue_facts (customer, product, id desc);

-- The sum over products of what an organisation brings now, by currency.
create table organisation_mrr (
  org_id uuid not null,
  currency text not null,
  mrr_minor bigint not null,
  primary key (org_id, currency)
);

-- The owner of these tables is bound by their policies only while they are forced.
alter table subscriptions no force row level security;
alter table subscription_items no force row level security;
insert into revenue_facts (customer, at, product, plan, plan_version, status, billing_interval, currency, mrr_minor)
select org_id, created_at, '', '', 0, 'signed_up', 'month', '', 0 from organisation_profiles;
-- History from before is not told apart: each subscription begins when its plan did.
insert into revenue_facts (customer, at, product, plan, plan_version, status, billing_interval, currency, mrr_minor)
select s.org_id, s.started_at, s.product, s.plan, s.plan_version, s.status, s.billing_interval, coalesce(price.currency, ''),
       case when s.status in ('active', 'past_due') then (coalesce(price.twelfths, 0) + addons.twelfths + 6) / 12 else 0 end
  from subscriptions s
  join plan_versions v on (v.product, v.plan, v.version) = (s.product, s.plan, s.plan_version)
  left join lateral (
    select p ->> 'currency' as currency,
           (p ->> 'amountMinor')::bigint * case when s.billing_interval = 'year' then 1 else 12 end as twelfths
      from jsonb_array_elements(v.definition -> 'prices') as p
     where p ->> 'interval' = s.billing_interval
     order by (p ->> 'currency') = s.currency desc nulls last,
              (p ->> 'currency') = (select document ->> 'currency' from catalogues order by version desc limit 1) desc,
              p ->> 'currency'
     limit 1) as price on true
  cross join lateral (
    select coalesce(sum(i.quantity * (p ->> 'amountMinor')::bigint * case when s.billing_interval = 'year' then 1 else 12 end), 0)::bigint as twelfths
      from subscription_items i
      join addon_versions a on (a.product, a.addon, a.version) = (i.product, i.addon, i.version)
      cross join jsonb_array_elements(a.definition -> 'prices') as p
     where (i.org_id, i.product) = (s.org_id, s.product) and p ->> 'interval' = s.billing_interval
       and p ->> 'currency' = price.currency) as addons;
select tidegate.protect('organisation_profiles', 'catalogue');
insert into organisation_mrr
select customer, currency, sum(mrr_minor) from revenue_facts where mrr_minor > 0 group by customer, currency;
alter table subscription_items force row level security;
alter table subscriptions force row level security;
select tidegate.protect('organisation_mrr', 'catalogue');
create index on organisation_mrr (currency, mrr_minor desc, org_id desc);
