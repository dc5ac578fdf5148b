-- phase: contract, unused since 0.1.0
-- What an organisation may do is the sum of grants: of the plans and add-ons that it has, and of rows.

-- The owner of these tables is bound by their policies only while they are forced.
alter table subscriptions no force row level security;
alter table entitlements no force row level security;

alter table subscriptions
  -- who says what its state is: nobody (it costs nothing), operators by hand, or a payment provider
  add column provider text not null default 'none' check (provider in ('none', 'manual', 'stripe')),
  add column provider_ref text,
  -- of the last state that was applied; older ones are dropped
  add column provider_seq bigint not null default 0,
  add column currency text,
  -- what the provider says is paid for now; otherwise it follows from the steps
  add column period_start timestamptz,
  add column period_end timestamptz,
  add column trial_end timestamptz,
  add column cancel_at timestamptz,
  add column paused_at timestamptz,
  add column paused_by text check (paused_by in ('customer', 'operator')),
  add column grace_until timestamptz,
  add column next_interval text check (next_interval in ('month', 'year')),
  add column next_reason text;
update subscriptions set next_interval = billing_interval where next_at is not null;
update subscriptions s set provider = 'manual' from plan_versions v
 where (v.product, v.plan, v.version) = (s.product, s.plan, s.plan_version) and v.definition ->> 'isDefault' = 'false';

-- From an instant on, periods are counted from this anchor. `shared`: of features that no product owns. New ones are whole
-- seconds; those from before keep their milliseconds, so that what was counted stays in its period.
create table period_steps (
  org_id uuid not null,
  product text not null,
  from_at timestamptz not null,
  anchor timestamptz not null,
  months int not null check (months in (1, 12)),
  primary key (org_id, product, from_at)
);
insert into period_steps select org_id, 'shared', period_anchor, period_anchor, 1 from subscriptions;
insert into period_steps
select org_id, product, period_anchor, period_anchor,
       case when billing_interval = 'year' and interval_since = period_anchor then 12 else 1 end
  from subscriptions;
insert into period_steps
select org_id, product, interval_since, interval_since, case when billing_interval = 'year' then 12 else 1 end
  from subscriptions where interval_since > period_anchor;
select tidegate.protect('period_steps', 'catalogue');
alter table subscriptions drop column period_anchor, drop column interval_since;

create table subscription_items (
  org_id uuid not null,
  product text not null,
  addon text not null,
  version int not null,
  quantity int not null check (quantity > 0),
  since timestamptz not null,
  until timestamptz,
  primary key (org_id, product, addon),
  foreign key (org_id, product) references subscriptions,
  foreign key (product, addon, version) references addon_versions
);
select tidegate.protect('subscription_items', 'catalogue');

create table grants (
  org_id uuid not null,
  id uuid not null,
  feature text not null,
  op text not null check (op in ('set', 'add', 'max')),
  -- a number, null for unlimited, true or false, or a level
  value jsonb not null,
  from_at timestamptz not null,
  until_at timestamptz check (until_at > from_at),
  source text not null check (source in ('trial', 'manual', 'promotion', 'coupon')),
  given_by text not null,
  reason text not null,
  given_at timestamptz not null default now(),
  primary key (org_id, id)
);
select tidegate.protect('grants', 'catalogue');

-- A product is tried once, whoever the provider is.
create table trials (
  org_id uuid not null,
  product text not null,
  plan text not null,
  started_at timestamptz not null,
  ends_at timestamptz not null,
  primary key (org_id, product)
);
select tidegate.protect('trials', 'catalogue');

-- Orders of plans that begin when an operator approves.
create table subscription_orders (
  org_id uuid not null,
  product text not null,
  plan text not null,
  billing_interval text not null check (billing_interval in ('month', 'year')),
  ordered_by text not null,
  ordered_at timestamptz not null default now(),
  primary key (org_id, product)
);
select tidegate.protect('subscription_orders', 'catalogue');
create index on subscription_orders (ordered_at);

alter table subscription_changes
  add column product text,
  add column action text not null default 'changed',
  add column reason text not null default '',
  alter column after drop not null;
alter table subscription_changes no force row level security;
update subscription_changes set product = 'main';
alter table subscription_changes force row level security;
create index on subscription_changes (org_id, changed_at desc, id desc);

-- The instant at which time alone changes them: a loop wakes then.
alter table entitlements add column next_change_at timestamptz;
create index on entitlements (next_change_at) where next_change_at is not null;
-- Computed again by the loop that refreshes what is outdated; until then they are read in the new shape.
update entitlements set
  catalogue_version = 0,
  next_change_at = (select s.next_at from subscriptions s where s.org_id = entitlements.org_id),
  snapshot = case when not snapshot ? 'plan' then snapshot else jsonb_build_object(
    'orgId', snapshot -> 'orgId',
    'version', snapshot -> 'version',
    'plans', jsonb_build_object('main', jsonb_build_object(
      'plan', snapshot -> 'plan', 'planName', snapshot -> 'planName', 'planVersion', snapshot -> 'planVersion',
      'status', snapshot -> 'status', 'access', snapshot -> 'access')),
    'features', (
      select coalesce(jsonb_object_agg(key, value || '{"product": null}' || case
               when value ->> 'kind' <> 'metered' then '{}'
               when value ->> 'enforcement' = 'hard' then jsonb_build_object('ceiling', value -> 'limit')
               else '{"ceiling": null}' end), '{}')
        from jsonb_each(snapshot -> 'features')),
    'periods', jsonb_build_object('shared', jsonb_build_array(jsonb_build_object(
      'from', snapshot -> 'periodAnchor', 'anchor', snapshot -> 'periodAnchor', 'months', 1))),
    'upgrade', (
      select coalesce(jsonb_object_agg(key, value || '{"product": "main"}'), '{}')
        from jsonb_each(snapshot -> 'upgrade'))) end;

alter table entitlements force row level security;
alter table subscriptions force row level security;
