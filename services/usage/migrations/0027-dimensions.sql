-- phase: expand
-- Dimensions: what an event says besides its quantity, in the order of the meter's groupBy. Null: its meter has none.
-- Empty: a day of its meter had too many combinations already.
alter table usage_events add column labels text[];

-- Sums by combination, in the same pieces of hours as usage_hours, so that they add up to it.
create table usage_label_hours (
  org_id uuid not null,
  meter text not null,
  hour timestamptz not null,
  labels text[] not null,
  quantity bigint not null,
  events bigint not null,
  primary key (org_id, meter, hour, labels)
) with (fillfactor = 60);
select tidegate.protect('usage_label_hours', 'ingest');

-- Which combinations a meter had on a day (UTC): so many are counted apart and no more.
create table usage_labels (
  org_id uuid not null,
  meter text not null,
  day date not null,
  labels text[] not null,
  primary key (org_id, meter, day, labels)
);
select tidegate.protect('usage_labels', 'ingest');
create index on usage_labels using brin (day);
