-- phase: contract, unused since 0.1.0
-- Own invoices that are overdue decide what a subscription gives: from the due date on it is past_due, and given up at
-- `unpaid_at`. Where `unpaid_at` is null an operator or a provider said so, and only they take it back.
alter table subscriptions
  add column unpaid_at timestamptz,
  -- It is from before there were invoices: nothing is charged until an operator says so.
  add column billing_held boolean not null default false;

alter table invoices
  -- when somebody is reminded next, or it has to be looked up when; null: no more
  add column remind_at timestamptz,
  -- until when all reminders have been sent
  add column reminded_at timestamptz;
create index on invoices (org_id) where provider = 'manual' and status = 'open';

alter table invoice_changes
  drop constraint invoice_changes_change_check,
  add check (change in ('paid', 'voided', 'credited', 'extended'));

-- The owner of these tables is bound by their policies only while they are forced.
alter table subscriptions no force row level security;
alter table paid_periods no force row level security;
alter table invoices no force row level security;
alter table invoice_changes no force row level security;
alter table entitlements no force row level security;

update subscriptions s set billing_held = true
 where s.provider = 'manual' and not exists (
   select 1 from paid_periods p where (p.org_id, p.product) = (s.org_id, s.product));

-- What is overdue already had no consequence before: it gets two weeks from now.
with extended as (
  update invoices set due_at = date_trunc('second', now()) + interval '14 days'
   where provider = 'manual' and status = 'open' and due_minor > 0 and due_at < now() + interval '14 days'
  returning org_id, id, due_at)
insert into invoice_changes (org_id, id, invoice_id, effect_key, change, amount_minor, reason, changed_by)
select org_id, gen_random_uuid(), id, 'extend:' || id || ':upgrade', 'extended', 0,
       'Overdue invoices have consequences from this version on', 'upgrade'
  from extended;
update invoices set remind_at = now(), reminded_at = now() where provider = 'manual' and status = 'open';
update entitlements e set next_change_at = least(e.next_change_at, now())
 where exists (select 1 from invoices i where i.org_id = e.org_id and i.remind_at is not null);

alter table entitlements force row level security;
alter table invoice_changes force row level security;
alter table invoices force row level security;
alter table paid_periods force row level security;
alter table subscriptions force row level security;
