-- phase: expand
-- Add-ons of which as many are bought as there are members: by product, when an owner has switched it on, and up to what they
-- want to spend. Off stays here as well: it says who or what switched it off.
create table seat_follows (
  org_id uuid not null,
  product text not null,
  following boolean not null,
  -- The most that a month may cost, in the smallest unit of the subscription's currency.
  monthly_cap_minor bigint not null check (monthly_cap_minor >= 0),
  -- Of what a payment provider bills: the quantity that was ordered there for the next period.
  lowered_to int,
  stopped text,
  changed_by text not null,
  changed_at timestamptz not null default clock_timestamp(),
  -- When the quantity was last written; the next time is at least 30 seconds later.
  written_at timestamptz,
  -- When members have to be counted again; null: when something happens.
  check_at timestamptz,
  primary key (org_id, product)
);
select tidegate.protect('seat_follows', 'catalogue');
create index on seat_follows (check_at) where check_at is not null;
