-- phase: expand
-- Locks of sessions that wait and of those they wait for, what all busy sessions were at, and how long a look stands
-- for: looks are closer to each other while there is trouble.
alter table activity_samples
  add column locks jsonb not null default '[]',
  add column waits jsonb not null default '[]',
  add column span_ms int not null default 0;

-- A session that others waited for, from the first look that saw it so to the last one without a look in between that
-- did not. `root_key` tells sessions of the same pid apart, and transactions of the same session.
create table blocking_incidents (
  org_id uuid not null,
  server_id uuid not null,
  root_key text not null,
  started_at timestamptz not null,
  last_seen_at timestamptz not null,
  ongoing boolean not null,
  root_pid int not null,
  prepared_transaction text,
  database_name text,
  role_name text,
  application text,
  state text,
  text text,
  most_blocked int not null,
  deepest int not null,
  longest_wait_seconds float8 not null,
  primary key (org_id, server_id, started_at, root_key),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
);
create unique index blocking_incidents_ongoing on blocking_incidents (org_id, server_id, root_key) where ongoing;
create index blocking_incidents_seen on blocking_incidents (org_id, server_id, last_seen_at);
select tidegate.protect('blocking_incidents');
