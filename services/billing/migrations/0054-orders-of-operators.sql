-- phase: expand
alter table subscriptions
  -- who ordered what follows: what an operator did, its customer does not take back
  add column ordered_by text check (ordered_by in ('customer', 'operator')),
  -- add-ons that it has from then on, with their versions and quantities; null: as they are
  add column next_addons jsonb;

-- Live subscriptions at a payment provider of a product that is paid by another one already.
create table double_payments (
  org_id uuid not null,
  product text not null,
  subscription_id text not null,
  found_at timestamptz not null default now(),
  primary key (org_id, product, subscription_id)
);
select tidegate.protect('double_payments', 'stripe', 'catalogue');
