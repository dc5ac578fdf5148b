-- phase: expand
-- A limited coupon is for so many organisations, whether it was entered here or at Stripe: what Stripe has counted of it.
alter table coupon_uses add column used_at_stripe int not null default 0;
