-- phase: expand
-- Sums over longer times, so that a year is read from few rows: days of a server's figures, months of its statements, hours,
-- days and months of its databases, tables and indexes. What there is already is added up by the same loops that add up
-- what comes, a part at a time; until then it is read as before.

-- The hours of a day that is over, as one.
create table server_days (like server_minutes,
  primary key (org_id, server_id, taken_at),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
);
select tidegate.protect('server_days');

-- Whether the day has all that this hour has. Whatever is added to an hour takes it back.
alter table server_hours add column in_day boolean not null default false;

-- The days of a month, as one: what the range of a list has of it as a whole is read without its days.
create table statement_months (
  org_id uuid not null,
  server_id uuid not null,
  -- Its first day.
  month date not null,
  -- Days that are in it say so by this. A month that is counted anew has another one.
  id uuid not null default gen_random_uuid(),
  first_at timestamptz not null,
  last_at timestamptz not null,
  span_us bigint not null,
  gaps int not null,
  resets int not null,
  lost_us bigint not null,
  evictions bigint not null,
  -- Time that sessions were active, by hour of the month.
  active_us bigint[] not null,
  -- How much of each hour snapshots cover, and the sums of statements; as in columns.rules.ts.
  hour_blob bytea not null,
  sum_blob bytea not null,
  -- Time of each statement on each day.
  day_blob bytea not null,
  primary key (org_id, server_id, month),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
);
alter table statement_months alter hour_blob set storage external, alter sum_blob set storage external,
  alter day_blob set storage external;
select tidegate.protect('statement_months');

alter table statement_rollups add column month_id uuid;

-- What databases, tables and indexes counted in an hour, a day and a month (so far): like the samples, with sums.
create table database_rollups (
  org_id uuid not null,
  server_id uuid not null,
  unit text not null,
  begins_at timestamptz not null,
  span_us bigint not null,
  ids bigint[] not null,
  partial boolean[] not null,
  commits bigint[] not null,
  rollbacks bigint[] not null,
  blocks_read bigint[] not null,
  blocks_hit bigint[] not null,
  rows_returned bigint[] not null,
  rows_fetched bigint[] not null,
  rows_inserted bigint[] not null,
  rows_updated bigint[] not null,
  rows_deleted bigint[] not null,
  temp_files bigint[] not null,
  temp_bytes bigint[] not null,
  deadlocks bigint[] not null,
  active_us bigint[] not null,
  primary key (org_id, server_id, unit, begins_at),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
);
create index database_rollups_begin on database_rollups (org_id, begins_at);
select tidegate.protect('database_rollups');

create table table_rollups (
  org_id uuid not null,
  server_id uuid not null,
  unit text not null,
  begins_at timestamptz not null,
  database_oid bigint not null,
  span_us bigint not null,
  ids bigint[] not null,
  partial boolean[] not null,
  sequential_scans bigint[] not null,
  rows_read_sequentially bigint[] not null,
  rows_fetched_by_bitmap bigint[] not null,
  rows_inserted bigint[] not null,
  rows_updated bigint[] not null,
  rows_hot_updated bigint[] not null,
  rows_deleted bigint[] not null,
  blocks_read bigint[] not null,
  blocks_hit bigint[] not null,
  primary key (org_id, server_id, unit, begins_at, database_oid),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
);
create index table_rollups_begin on table_rollups (org_id, begins_at);
select tidegate.protect('table_rollups');

create table index_rollups (
  org_id uuid not null,
  server_id uuid not null,
  unit text not null,
  begins_at timestamptz not null,
  database_oid bigint not null,
  span_us bigint not null,
  ids bigint[] not null,
  partial boolean[] not null,
  scans bigint[] not null,
  rows_read bigint[] not null,
  rows_fetched bigint[] not null,
  blocks_read bigint[] not null,
  blocks_hit bigint[] not null,
  primary key (org_id, server_id, unit, begins_at, database_oid),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
);
create index index_rollups_begin on index_rollups (org_id, begins_at);
select tidegate.protect('index_rollups');

-- From when to when samples of a server are added up. What is new is added at the end, what was there before at the begin.
create table relation_rollup_ranges (
  org_id uuid not null,
  server_id uuid not null,
  -- null: there is nothing older.
  rolled_from timestamptz,
  rolled_until timestamptz not null,
  primary key (org_id, server_id),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
);
select tidegate.protect('relation_rollup_ranges');
