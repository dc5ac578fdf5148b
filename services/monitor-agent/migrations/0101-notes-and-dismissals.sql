-- phase: expand
-- What people write down beside a server's charts: a deployment, a change of settings, the end of a sale.
create table server_notes (
  org_id uuid not null,
  server_id uuid not null,
  id uuid not null,
  at timestamptz not null,
  text text not null,
  person_id uuid,
  created_at timestamptz not null default now(),
  primary key (org_id, server_id, id),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
);
create index server_notes_at on server_notes (org_id, server_id, at);
select tidegate.protect('server_notes');

-- Findings that somebody has looked at and does not want to see again, and why. They are told by what they are about, so
-- that the same one stays dismissed however often it is found.
create table dismissed_findings (
  org_id uuid not null,
  server_id uuid not null,
  finding text not null,
  reason text not null,
  person_id uuid,
  dismissed_at timestamptz not null default now(),
  primary key (org_id, server_id, finding),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
);
select tidegate.protect('dismissed_findings');
