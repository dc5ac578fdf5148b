-- phase: contract, unused since 0.1.0
-- Periods are counted from steps: an anchor may change, and every meter may have steps of its own. `periods` is what
-- counting needs of the snapshot: {"shared": [steps], "meters": {"<meter whose steps differ>": [steps]}}, in whole seconds.
alter table entitlement_snapshots
  add column periods json,
  add column period_epoch bigint not null default 0;
create index on entitlement_snapshots (period_epoch) where period_epoch > 0;

-- Snapshots of one plan become snapshots of the product `main`, whose periods begin with the anchor that they had.
update entitlement_snapshots
   set snapshot = (snapshot - array['plan', 'planName', 'planVersion', 'access', 'periodAnchor']) || jsonb_build_object(
         'plans', jsonb_build_object('main', jsonb_build_object(
           'plan', snapshot -> 'plan', 'planName', snapshot -> 'planName', 'planVersion', snapshot -> 'planVersion',
           'status', case when snapshot ->> 'access' = 'read_only' then 'past_due' else 'active' end,
           'access', snapshot -> 'access')),
         'features', (select coalesce(jsonb_object_agg(f.key, f.value || jsonb_build_object('product', null) ||
                        case when f.value ->> 'kind' = 'metered' then jsonb_build_object('ceiling',
                          case when f.value ->> 'enforcement' = 'hard' then f.value -> 'limit' else 'null'::jsonb end)
                        else '{}' end), '{}') from jsonb_each(snapshot -> 'features') as f),
         'periods', jsonb_build_object('shared', jsonb_build_array(jsonb_build_object(
           'from', to_char(period_anchor at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"'),
           'anchor', to_char(period_anchor at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"'), 'months', 1))),
         'upgrade', (select coalesce(jsonb_object_agg(u.key, u.value || jsonb_build_object('product', 'main')), '{}')
                       from jsonb_each(snapshot -> 'upgrade') as u))
 where snapshot ? 'periodAnchor';
update entitlement_snapshots
   set periods = jsonb_build_object('shared', jsonb_build_array(jsonb_build_object(
         'from', to_char(period_anchor at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"'),
         'anchor', to_char(period_anchor at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"'), 'months', 1)),
         'meters', '{}'::jsonb)::json;
alter table entitlement_snapshots alter column periods set not null, drop column period_anchor;

-- Boundaries move back to the whole second with their rows. What happened within that second was counted in the period
-- before it: it moves to the new one, so that hours still add up to balances.
with cut as (
  select h.org_id, h.meter, h.hour, date_trunc('second', h.hour) as whole from usage_hours h
   where h.hour <> date_trunc('second', h.hour)
), met as (
  select c.org_id, c.meter, c.hour as period_start, w.quantity,
         (select max(b.period_start) from usage_balances b
           where b.org_id = c.org_id and b.meter = c.meter and b.period_start < c.hour) as before
    from cut c join usage_hours w on w.org_id = c.org_id and w.meter = c.meter and w.hour = c.whole
   where exists (select from usage_balances b where b.org_id = c.org_id and b.meter = c.meter and b.period_start = c.hour)
)
update usage_balances b set used = b.used + d.quantity
  from (select org_id, meter, period_start, quantity from met where before is not null
        union all
        select org_id, meter, before, -quantity from met where before is not null) as d
 where b.org_id = d.org_id and b.meter = d.meter and b.period_start = d.period_start;
with cut as (
  delete from usage_hours where hour <> date_trunc('second', hour) returning org_id, meter, hour, quantity, events
)
insert into usage_hours as h (org_id, meter, hour, quantity, events)
select org_id, meter, date_trunc('second', hour), sum(quantity), sum(events) from cut group by 1, 2, 3
on conflict (org_id, meter, hour) do update
  set quantity = h.quantity + excluded.quantity, events = h.events + excluded.events;
update usage_balances set period_start = date_trunc('second', period_start)
 where period_start <> date_trunc('second', period_start);
update quota_alerts set period_start = date_trunc('second', period_start)
 where period_start <> date_trunc('second', period_start);
update leases set period_start = date_trunc('second', period_start), period_end = date_trunc('second', period_end)
 where period_start <> date_trunc('second', period_start) or period_end <> date_trunc('second', period_end);

-- A limit counts by the hour (UTC), the day of the organisation, the month, what is paid at a time, or for ever.
alter table quotas drop constraint quotas_per_check;
alter table quotas add constraint quotas_per_check check (per in ('hour', 'day', 'month', 'period', 'ever'));

-- A lease that is one piece of work: it lives as long as its holder asked for, and is committed in one step.
alter table leases add column hold boolean not null default false;

-- How often periods were changed. What is counted is counted in the periods in force: counting holds the lock shared, and
-- whoever changes periods, or lowers a limit, holds it alone and sees everything that was counted before.
create table period_epoch (only_row boolean primary key default true check (only_row), epoch bigint not null);
insert into period_epoch (epoch) values (1);
comment on table period_epoch is 'no-tenant: one row for all';

-- Functions that read after they waited: each of their statements sees what was committed by then.
create function begin_counting() returns bigint language plpgsql volatile as $$
begin
  perform pg_advisory_xact_lock_shared(hashtextextended(current_schema() || ' periods', 0));
  return (select epoch from period_epoch);
end $$;
create function begin_period_change() returns bigint language plpgsql volatile as $$
declare begun bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended(current_schema() || ' periods', 0));
  update period_epoch set epoch = epoch + 1 returning epoch into begun;
  return begun;
end $$;
