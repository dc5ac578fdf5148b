-- phase: expand
-- A charge stands at Stripe and on no invoice yet: when the last subscription ends before the next invoice, it gets one of its own.
alter table stripe_usage_due add column items_wait boolean not null default false;
