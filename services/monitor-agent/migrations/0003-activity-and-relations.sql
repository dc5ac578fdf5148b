-- phase: expand
create table activity_samples (
  org_id uuid not null,
  server_id uuid not null,
  taken_at timestamptz not null,
  total int not null,
  active int not null,
  idle int not null,
  idle_in_transaction int not null,
  waiting int not null,
  longest_transaction_us bigint not null,
  busy int not null,
  groups jsonb not null,
  sessions jsonb not null,
  primary key (org_id, server_id, taken_at)
) partition by range (taken_at);
select tidegate.protect('activity_samples');

-- When databases, tables and indexes were last looked at, so that a collector that comes back counts on from there.
create table relation_looks (
  org_id uuid not null,
  server_id uuid not null,
  kind text not null,
  taken_at timestamptz not null,
  primary key (org_id, server_id, kind),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
);
select tidegate.protect('relation_looks');

-- Databases, tables and indexes as the last look saw them; what was counted in between lies in the samples.
create table databases (
  org_id uuid not null,
  server_id uuid not null,
  oid bigint not null,
  name text not null,
  connections int not null,
  transaction_age bigint not null,
  bytes bigint,
  counters bigint[] not null,
  primary key (org_id, server_id, oid),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
) with (fillfactor = 60);
select tidegate.protect('databases');

create table database_samples (
  org_id uuid not null,
  server_id uuid not null,
  taken_at timestamptz not null,
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
  primary key (org_id, server_id, taken_at)
) partition by range (taken_at);
select tidegate.protect('database_samples');

create table tables (
  org_id uuid not null,
  server_id uuid not null,
  oid bigint not null,
  database_name text not null,
  schema_name text not null,
  name text not null,
  kind text not null,
  estimated_rows bigint,
  live_rows bigint not null,
  dead_rows bigint not null,
  last_vacuum_at timestamptz,
  last_analyze_at timestamptz,
  heap_bytes bigint,
  index_bytes bigint,
  size_stale boolean not null default false,
  counters bigint[] not null,
  primary key (org_id, server_id, oid),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
) with (fillfactor = 60);
select tidegate.protect('tables');

create table table_samples (
  org_id uuid not null,
  server_id uuid not null,
  taken_at timestamptz not null,
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
  primary key (org_id, server_id, taken_at)
) partition by range (taken_at);
select tidegate.protect('table_samples');

create table indexes (
  org_id uuid not null,
  server_id uuid not null,
  oid bigint not null,
  table_oid bigint not null,
  database_name text not null,
  schema_name text not null,
  table_name text not null,
  name text not null,
  is_unique boolean not null,
  is_primary boolean not null,
  is_valid boolean not null,
  method text,
  columns text[] not null default '{}',
  bytes bigint,
  counters bigint[] not null,
  primary key (org_id, server_id, oid),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
) with (fillfactor = 60);
create index indexes_table on indexes (org_id, server_id, table_oid);
select tidegate.protect('indexes');

create table index_samples (
  org_id uuid not null,
  server_id uuid not null,
  taken_at timestamptz not null,
  span_us bigint not null,
  ids bigint[] not null,
  partial boolean[] not null,
  scans bigint[] not null,
  rows_read bigint[] not null,
  rows_fetched bigint[] not null,
  blocks_read bigint[] not null,
  blocks_hit bigint[] not null,
  primary key (org_id, server_id, taken_at)
) partition by range (taken_at);
select tidegate.protect('index_samples');
