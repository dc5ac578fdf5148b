-- phase: expand
-- What a schedule of Stripe was to bring when it was released for another change of its subscription: until it is known how that
-- ended. Whoever dies in between, or hears no answer, has lost nothing of what was ordered.
create table stripe_kept_orders (
  org_id uuid not null,
  subscription_id text not null,
  -- whose change it was
  product text not null,
  -- the items that there were, and those that were ordered
  standing jsonb not null,
  ordered jsonb not null,
  due_at timestamptz not null,
  primary key (org_id, subscription_id)
);
select tidegate.protect('stripe_kept_orders', 'stripe');
create index on stripe_kept_orders (due_at);
