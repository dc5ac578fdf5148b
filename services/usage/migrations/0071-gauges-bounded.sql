-- phase: expand
-- What no counter holds is the largest number that one holds: an absurd value must neither stop whoever reads it nor keep its
-- organisation from being charged.
create or replace function gauge_series_used(org uuid, gauge text, of_series uuid, start timestamptz, stop timestamptz)
returns bigint language sql stable as $$
  select least(9007199254740991,
           div(coalesce(gauge_area(org, gauge, of_series, least(stop, date_trunc('milliseconds', now()))), 0), 3600000)
         - div(coalesce(gauge_area(org, gauge, of_series, least(start, date_trunc('milliseconds', now()))), 0), 3600000))::bigint
$$;

create or replace function gauge_used(org uuid, gauge text, start timestamptz, stop timestamptz)
returns bigint language sql stable as $$
  select least(9007199254740991, coalesce(sum(gauge_series_used(org, gauge, s.series, start, stop)), 0))::bigint
    from usage_series s
   where s.org_id = org and s.meter = gauge and s.first_at < stop and (s.live_until is null or s.live_until > start)
$$;
