-- phase: expand
-- What tells one life of a server's counters from the next, as the last look saw it. Instants are the server's, in
-- microseconds.
create table server_epochs (
  org_id uuid not null,
  server_id uuid not null,
  identity text not null,
  at bigint not null,
  started_at bigint not null,
  -- Background processes start anew after a crash, also where the postmaster went on.
  workers_started_at bigint,
  counters_reset_at bigint,
  statements_reset_at bigint,
  statements_max int,
  primary key (org_id, server_id),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
);
select tidegate.protect('server_epochs');

create table server_markers (
  org_id uuid not null,
  server_id uuid not null,
  seen_at timestamptz not null,
  kind text not null,
  at timestamptz not null,
  primary key (org_id, server_id, seen_at, kind),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
);
select tidegate.protect('server_markers');
