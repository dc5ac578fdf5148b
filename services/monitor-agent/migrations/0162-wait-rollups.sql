-- phase: expand
-- What the sessions of a server waited for in an hour and in a day, so that months are read from few rows and not one by one. Snapshots of before are added up by the loop that adds up what comes, a day at a time; until then they are read as before.
create table wait_rollups (
  org_id uuid not null,
  server_id uuid not null,
  unit text not null,
  begins_at timestamptz not null,
  snapshots int not null,
  -- How long the snapshots stand for.
  span_ms bigint not null,
  -- What there was to wait for, most first, and how many session-milliseconds it took.
  states text[] not null,
  wait_types text[] not null,
  wait_events text[] not null,
  session_ms bigint[] not null,
  -- The same by statement: which of the waits above, counted from 1.
  statement_waits int[] not null,
  query_ids text[] not null,
  databases text[] not null,
  statement_ms bigint[] not null,
  primary key (org_id, server_id, unit, begins_at),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
);
create index wait_rollups_begin on wait_rollups (org_id, begins_at);
select tidegate.protect('wait_rollups');

-- From when to when snapshots of a server are added up, as relation_rollup_ranges says it of tables and indexes.
create table wait_rollup_ranges (
  org_id uuid not null,
  server_id uuid not null,
  -- null: there is nothing older.
  rolled_from timestamptz,
  rolled_until timestamptz not null,
  primary key (org_id, server_id),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
);
select tidegate.protect('wait_rollup_ranges');
