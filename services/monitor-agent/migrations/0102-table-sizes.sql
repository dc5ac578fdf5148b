-- phase: expand
-- How large tables were, a row for each day on which a table had another size than before.
create table table_sizes (
  org_id uuid not null,
  server_id uuid not null,
  database_oid bigint not null,
  oid bigint not null,
  day date not null,
  heap_bytes bigint not null,
  index_bytes bigint not null,
  live_rows bigint not null,
  dead_rows bigint not null,
  primary key (org_id, server_id, database_oid, oid, day),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
);
select tidegate.protect('table_sizes');
