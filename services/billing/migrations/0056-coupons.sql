-- phase: expand
-- Coupons that organisations have entered or were given: each once for an organisation. What was promised is stored as it was,
-- whatever the catalogue says later.
create table coupon_redemptions (
  org_id uuid not null,
  coupon text not null,
  -- null: given by an operator
  code text,
  product text not null,
  definition jsonb not null,
  -- charges whose time begins in it are discounted; null: for ever
  from_at timestamptz not null,
  until_at timestamptz,
  redeemed_by text not null,
  reason text not null default '',
  redeemed_at timestamptz not null default clock_timestamp(),
  primary key (org_id, coupon)
);
select tidegate.protect('coupon_redemptions', 'billing');

-- How many organisations have used each: one row is counted up, so that a limited coupon is never used once too often.
create table coupon_uses (
  coupon text primary key,
  used int not null
);
comment on table coupon_uses is 'no-tenant: one row for each coupon, for the whole installation';
