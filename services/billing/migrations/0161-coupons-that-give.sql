-- phase: expand
-- A coupon may give features instead of taking something off: then it is of no product, and its grants say which coupon it was.
alter table coupon_redemptions alter column product drop not null;
alter table grants add column coupon text;
