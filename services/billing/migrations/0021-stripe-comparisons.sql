-- phase: expand
-- When the copy was last compared with what stands at Stripe.
alter table stripe_customers add column compared_at timestamptz not null default now();
create index on stripe_customers (livemode, compared_at);

-- Customers of deleted organisations, until they are deleted at Stripe and nothing is charged any more.
create table stripe_farewells (
  customer_id text primary key,
  livemode boolean not null,
  due_at timestamptz not null default now()
);
comment on table stripe_farewells is 'no-tenant: customers of organisations that are deleted, to be deleted at Stripe';

-- A key may move to another price; whoever bought the earlier one still has it.
alter table stripe_prices add column current boolean not null default true;
