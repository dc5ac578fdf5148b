-- phase: expand
-- What each event of a meter of unique, largest or newest values says, and the window in which it counts, so that one can be
-- taken out or changed and its window counted anew. Events from before are not there one by one: what was known of their
-- windows then is the value of no event.
create table usage_values (
  org_id uuid not null,
  -- identity of the event
  key uuid not null default gen_random_uuid(),
  at timestamptz not null,
  meter text not null,
  window_start timestamptz not null,
  -- null: for ever
  window_end timestamptz,
  -- as in usage_aggregates
  hash uuid not null,
  value bigint not null,
  voided boolean not null default false,
  -- of two at one instant the one that came later is the newest
  n bigint generated always as identity,
  primary key (org_id, key, at)
);
select tidegate.protect('usage_values', 'ingest');
create index on usage_values (org_id, meter, window_start, hash);
create index on usage_values using brin (at);
alter table usage_values no force row level security;
alter table usage_aggregates no force row level security;
insert into usage_values (org_id, at, meter, window_start, window_end, hash, value)
select org_id, at, meter, window_start, window_end, hash, value from usage_aggregates;
alter table usage_aggregates force row level security;
alter table usage_values force row level security;

-- null: not at all. A newest value may be 0.
alter table usage_backfill_changes alter column before drop not null, alter column after drop not null;
