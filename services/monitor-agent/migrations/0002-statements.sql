-- phase: expand
-- Series of a server: one statement of one database and role, apart by level. The text has no constants in it.
create table statements (
  org_id uuid not null,
  server_id uuid not null,
  statement_id bigint generated always as identity,
  database_oid bigint not null,
  role_oid bigint not null,
  query_id bigint not null,
  toplevel boolean not null,
  database_name text not null,
  role_name text not null,
  text text,
  text_truncated boolean not null default false,
  first_seen_at timestamptz not null default now(),
  -- Since when the server does not show it any more.
  gone_at timestamptz,
  primary key (org_id, server_id, statement_id),
  unique (org_id, server_id, database_oid, role_oid, query_id, toplevel),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
);
select tidegate.protect('statements');

-- What the last look saw, so that a collector that comes back counts on from there.
create table statement_looks (
  org_id uuid not null,
  server_id uuid not null,
  identity text not null,
  stats_reset bigint,
  evictions bigint,
  at bigint not null,
  primary key (org_id, server_id),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
);
select tidegate.protect('statement_looks');

create table statement_counters (
  org_id uuid not null,
  server_id uuid not null,
  statement_id bigint not null,
  counters bigint[] not null,
  min_ms float8 not null,
  max_ms float8 not null,
  total_ms float8 not null,
  since bigint,
  primary key (org_id, server_id, statement_id),
  foreign key (org_id, server_id, statement_id) references statements (org_id, server_id, statement_id) on delete cascade
) with (fillfactor = 60);
select tidegate.protect('statement_counters');

-- One row per look: what was counted since the look before, as parallel arrays. `taken_at` is our clock, spans are the
-- server's.
create table statement_samples (
  org_id uuid not null,
  server_id uuid not null,
  taken_at timestamptz not null,
  span_us bigint not null,
  gap boolean not null,
  reset boolean not null,
  lost_us bigint not null,
  evictions int not null,
  ids bigint[] not null,
  partial boolean[] not null,
  calls bigint[] not null,
  plans bigint[] not null,
  rows bigint[] not null,
  total_us bigint[] not null,
  plan_us bigint[] not null,
  shared_hit bigint[] not null,
  shared_read bigint[] not null,
  shared_dirtied bigint[] not null,
  shared_written bigint[] not null,
  local_hit bigint[] not null,
  local_read bigint[] not null,
  temp_read bigint[] not null,
  temp_written bigint[] not null,
  io_read_us bigint[] not null,
  io_write_us bigint[] not null,
  wal_records bigint[] not null,
  wal_bytes bigint[] not null,
  primary key (org_id, server_id, taken_at)
) partition by range (taken_at);
select tidegate.protect('statement_samples');
