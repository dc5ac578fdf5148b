-- phase: expand
-- A server's figures as a whole, once a minute, and the same added up by the hour: charts of a year and rows of a list are
-- read from here, without the arrays of the samples. What is null was not read; what is 0 was.
create table server_minutes (
  org_id uuid not null,
  server_id uuid not null,
  taken_at timestamptz not null,
  -- How much time the counters of databases cover, and those of statements.
  span_us bigint not null,
  statement_span_us bigint not null,
  commits bigint not null,
  rollbacks bigint not null,
  rows_read bigint not null,
  rows_written bigint not null,
  blocks_hit bigint not null,
  blocks_read bigint not null,
  temp_files bigint not null,
  temp_bytes bigint not null,
  deadlocks bigint not null,
  calls bigint not null,
  call_us bigint not null,
  wal_bytes bigint not null,
  -- Snapshots of the sessions since the minute before, their sum of active sessions, and the most of each.
  snapshots int not null,
  active_sum bigint not null,
  active_max int,
  waiting_max int,
  idle_in_transaction_max int,
  sessions_max int,
  longest_transaction_us bigint,
  bytes bigint,
  transaction_age bigint,
  primary key (org_id, server_id, taken_at)
) partition by range (taken_at);
select tidegate.protect('server_minutes');

create table server_hours (like server_minutes,
  primary key (org_id, server_id, taken_at),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
) with (fillfactor = 60);
select tidegate.protect('server_hours');
