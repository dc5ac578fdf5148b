-- phase: expand
-- A limit counts by the month of the organisation's periods, or by the day of its time zone.
alter table quotas add column per text not null default 'month' check (per in ('month', 'day'));

-- The end of what a lease was lent for; of those from before, the end of the lease.
alter table leases add column period_end timestamptz;

-- The day in which the time zone was changed: it goes on until the first midnight of the new zone that leaves it whole, or
-- whoever changes zones would have the day's limit as often as it is midnight somewhere.
alter table accounts
  add column zone_day timestamptz not null default '-infinity',
  add column zone_until timestamptz not null default '-infinity';

-- The day of the organisation in which an instant lies, half-open. Days follow each other without gap or overlap also
-- where clocks are put back at midnight, which comes twice then: the first one is not the day's begin yet.
create function day_of(zone text, zone_day timestamptz, zone_until timestamptz, at timestamptz,
                       out start timestamptz, out stop timestamptz) language sql stable as $$
  select case when at >= zone_day and at < zone_until then zone_day else day at time zone zone end,
         case when at >= zone_day and at < zone_until then zone_until else (day + interval '1 day') at time zone zone end
    from (select case when local at time zone zone > at then local - interval '1 day' else local end as day
            from (select date_trunc('day', at at time zone zone) as local) as midnight) as begun
$$;
