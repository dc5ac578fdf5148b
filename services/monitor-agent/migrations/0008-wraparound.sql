-- phase: expand
-- Where the counters of transactions and multixacts stand, how old databases are, and who keeps them from being frozen.
create table wraparound_samples (
  org_id uuid not null,
  server_id uuid not null,
  taken_at timestamptz not null,
  identity text not null,
  -- With its epoch: it never wraps. The other one does, at 2^32.
  next_xid bigint not null,
  next_multixact bigint not null,
  databases jsonb not null,
  holders jsonb not null,
  settings jsonb not null,
  primary key (org_id, server_id, taken_at)
) partition by range (taken_at);
select tidegate.protect('wraparound_samples');

-- The oldest tables of each database when it was last looked at.
create table aged_tables (
  org_id uuid not null,
  server_id uuid not null,
  database_oid bigint not null,
  taken_at timestamptz not null,
  tables jsonb not null,
  primary key (org_id, server_id, database_oid),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
);
select tidegate.protect('aged_tables');
