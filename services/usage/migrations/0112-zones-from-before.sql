-- phase: expand
-- The time zones that an organisation had before, the newest first: [{ zone, day, until }], each from `day` on, as zone_day and
-- zone_until say it of the present one. What is charged beyond the limits of days that are over follows the days that were counted.
alter table entitlement_snapshots add column zones jsonb not null default '[]';

-- The day in which an instant lies, by the zone that was the organisation's then. Before everything that is known: by the present one.
create function day_then(zones jsonb, zone text, zone_day timestamptz, zone_until timestamptz, at timestamptz,
                         out start timestamptz, out stop timestamptz) language sql stable as $$
  select d.start, d.stop
    from (select zone as zone, zone_day as day, zone_until as until, 0::bigint as n where at >= zone_day
          union all
          select f ->> 'zone', (f ->> 'day')::timestamptz, (f ->> 'until')::timestamptz, n
            from jsonb_array_elements(zones) with ordinality as former(f, n) where at >= (f ->> 'day')::timestamptz
          union all
          select zone, '-infinity', '-infinity', 1000000
           order by n limit 1) as z,
         day_of(z.zone, z.day, z.until, at) as d
$$;
