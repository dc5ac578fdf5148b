-- phase: contract, unused since 0.1.0
-- What is paid is counted from here: from sign-up, or from the change that began the interval. Quotas go on by the anchor.
alter table subscriptions add column interval_since timestamptz;
-- The owner of this table is bound by its policies only while they are forced.
alter table subscriptions no force row level security;
-- A year was counted from sign-up, however long ago, and could be over a month after it was bought.
update subscriptions
   set interval_since = case when billing_interval = 'year' then greatest(period_anchor, date_trunc('milliseconds', started_at))
                             else period_anchor end;
alter table subscriptions force row level security;
alter table subscriptions alter column interval_since set not null;
