-- phase: expand
-- A pause that a customer ordered ends by itself; null: it lasts until somebody resumes it, which only operators may order.
alter table subscriptions add column pause_ends_at timestamptz;

-- Pauses that customers have ordered: how many there may be in twelve months is a term of the plan. One is open until it
-- was resumed or has ended; what a payment provider bills for is resumed there then.
create table pauses (
  org_id uuid not null,
  product text not null,
  started_at timestamptz not null,
  ends_at timestamptz not null,
  ended_at timestamptz,
  primary key (org_id, product, started_at)
);
select tidegate.protect('pauses', 'catalogue');
create index on pauses (ends_at) where ended_at is null;

-- What customers paused without a limit before ends ninety days from now; of what a provider bills nobody knows who did.
alter table subscriptions no force row level security;
alter table entitlements no force row level security;
with ending as (
  update subscriptions set pause_ends_at = date_trunc('second', now()) + interval '90 days'
   where status = 'paused' and paused_by = 'customer' and provider = 'manual'
  returning org_id, product, coalesce(paused_at, now()) as started_at, pause_ends_at),
open_pauses as (
  insert into pauses (org_id, product, started_at, ends_at)
  select org_id, product, date_trunc('second', started_at), pause_ends_at from ending)
update entitlements e set next_change_at = least(e.next_change_at, ending.pause_ends_at)
  from ending where ending.org_id = e.org_id;
alter table entitlements force row level security;
alter table subscriptions force row level security;
