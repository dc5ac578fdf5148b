-- phase: expand
-- Meters that are weighted by time: a value holds from its instant until the next one of its series, or until its end. What
-- a series has used by an instant is the area below its values, in steps × milliseconds; every point knows the area before
-- it, so that any stretch of time costs two queries of an index a series, nothing is added up while nothing happens, and a point that
-- comes late moves the areas of those after it.
create table usage_gauges (
  org_id uuid not null,
  meter text not null,
  series uuid not null,
  at timestamptz not null,
  -- identity of the event; of two at one instant the larger one holds
  key uuid not null,
  value bigint not null,
  until_at timestamptz,
  area numeric not null default 0,
  voided boolean not null default false,
  source text not null,
  id text not null,
  received_at timestamptz not null default now(),
  primary key (org_id, meter, series, at, key)
);
select tidegate.protect('usage_gauges', 'ingest');
create index on usage_gauges (org_id, key);

create table usage_series (
  org_id uuid not null,
  meter text not null,
  series uuid not null,
  name text not null,
  labels text[],
  first_at timestamptz not null,
  -- from when on its value is 0; null: it holds
  live_until timestamptz,
  primary key (org_id, meter, series)
);
select tidegate.protect('usage_series', 'ingest');

create function gauge_area(org uuid, gauge text, of_series uuid, t timestamptz) returns numeric language sql stable as $$
  select p.area + p.value * greatest(0, round((extract(epoch from least(t, coalesce(p.until_at, t)) - p.at) * 1000)::numeric))
    from usage_gauges p
   where p.org_id = org and p.meter = gauge and p.series = of_series and p.at <= t and not p.voided
   order by p.at desc, p.key desc limit 1
$$;

-- Whole steps × hours of one series. Each series is rounded down as it runs, so what is not whole yet is counted with the
-- next stretch of time, and stretches add up whatever they are.
create function gauge_series_used(org uuid, gauge text, of_series uuid, start timestamptz, stop timestamptz)
returns bigint language sql stable as $$
  select (div(coalesce(gauge_area(org, gauge, of_series, least(stop, date_trunc('milliseconds', now()))), 0), 3600000)
        - div(coalesce(gauge_area(org, gauge, of_series, least(start, date_trunc('milliseconds', now()))), 0), 3600000))::bigint
$$;

create function gauge_used(org uuid, gauge text, start timestamptz, stop timestamptz) returns bigint language sql stable as $$
  select coalesce(sum(gauge_series_used(org, gauge, s.series, start, stop)), 0)::bigint
    from usage_series s
   where s.org_id = org and s.meter = gauge and s.first_at < stop and (s.live_until is null or s.live_until > start)
$$;
