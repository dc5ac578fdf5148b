-- phase: contract, unused since 0.1.0
-- What is left of a window when it ends can be used in the windows after it. It is carried as units that are drawn as prepaid
-- ones are, though before what the plan includes, and each window carries once: its grant has an id of its own.
alter table credit_grants add column rollover boolean not null default false;
alter table credit_grants drop constraint credit_grants_amount_check;
alter table credit_grants add check (amount between case when rollover then 0 else 1 end and 9007199254740991);

-- Windows of which something may be carried, with what the plan gave in them as it was last in force.
create table rollovers (
  org_id uuid not null,
  meter text not null,
  -- half-open
  start_at timestamptz not null,
  stop_at timestamptz not null,
  quota bigint not null,
  -- at most so much is carried at any time, for so many windows
  most bigint not null,
  periods int not null,
  -- what is left is counted then, and again whenever it may have changed; null: nothing more is expected
  check_at timestamptz,
  primary key (org_id, meter, start_at)
);
select tidegate.protect('rollovers', 'ingest');
create index on rollovers (check_at) where check_at is not null;
