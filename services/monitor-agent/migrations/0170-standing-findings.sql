-- phase: expand
-- What was found at a server and emitted, and is not over: whoever takes the server over goes on from there.
create table standing_findings (
  org_id    uuid        not null,
  server_id uuid        not null,
  kind      text        not null,
  since     timestamptz not null,
  primary key (org_id, server_id, kind),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
);
select tidegate.protect('standing_findings');
