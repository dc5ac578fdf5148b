-- phase: expand
-- What was found about the indexes of a server when they were judged last: what is new and what is gone since is emitted.
create table index_judgements (
  org_id    uuid        not null,
  server_id uuid        not null,
  judged_at timestamptz not null,
  -- Each finding's kind and a part of the hash of what it is about: a server may have very many.
  known     text[]      not null default '{}',
  primary key (org_id, server_id),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
);
select tidegate.protect('index_judgements');
