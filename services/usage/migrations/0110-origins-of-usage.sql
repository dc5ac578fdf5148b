-- phase: expand
-- Where usage comes from: the API key that used, and the source that reported. Nearly all events of a meter come from one
-- source and from no key. That is its main source: what is not counted apart is its, so such an event costs nothing more.
alter table usage_events add column api_key text, add column origin text[];
comment on column usage_events.api_key is 'the API key that used, or that reported the use; null: none';
comment on column usage_events.origin is 'where it counts in usage_origin_hours; null: it is of the main source and of no key';

create table usage_sources (
  org_id uuid not null,
  meter text not null,
  source text not null,
  -- null: from the first event on; else what was counted before it had no source
  since timestamptz,
  primary key (org_id, meter)
);
select tidegate.protect('usage_sources', 'ingest');

-- Sums of everything else by source and key ('' for none), in the same pieces of hours as usage_hours. Empty: a day of the
-- meter had too many already.
create table usage_origin_hours (
  org_id uuid not null,
  meter text not null,
  hour timestamptz not null,
  origin text[] not null,
  quantity bigint not null,
  events bigint not null,
  primary key (org_id, meter, hour, origin)
) with (fillfactor = 60);
select tidegate.protect('usage_origin_hours', 'ingest');

-- Which of them a meter counts apart on a day (UTC).
create table usage_origins (
  org_id uuid not null,
  meter text not null,
  day date not null,
  origin text[] not null,
  primary key (org_id, meter, day, origin)
);
select tidegate.protect('usage_origins', 'ingest');
create index on usage_origins using brin (day);
