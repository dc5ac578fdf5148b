-- phase: expand
-- Meters that do not add up what events say: an event adds the difference that it makes to its window, so that hours and
-- balances remain sums. What is known of a window: every value that was seen (unique), or the largest or newest one.
create table usage_aggregates (
  org_id uuid not null,
  meter text not null,
  window_start timestamptz not null,
  -- of the value, for unique ones; else of nothing
  hash uuid not null,
  value bigint not null,
  at timestamptz not null,
  -- null: for ever
  window_end timestamptz,
  primary key (org_id, meter, window_start, hash)
);
select tidegate.protect('usage_aggregates', 'ingest');
create index on usage_aggregates using brin (window_end);
