-- phase: expand
-- What happened in an organisation, for its feed. What happens to one thing again within an hour is added to its row, so
-- that nothing that repeats itself can fill the table.
create table happenings (
  org_id    uuid        not null,
  id        uuid        not null,
  kind      text        not null,
  -- The kind, the thing and the hour.
  merged_as text        not null,
  -- The last and the first time.
  at        timestamptz not null,
  first_at  timestamptz not null,
  count     int         not null default 1,
  thing_id  text,
  name      text,
  -- Of all times together.
  amount    numeric,
  currency  text,
  detail    jsonb       not null default '{}',
  primary key (org_id, id),
  unique (org_id, merged_as)
);
select tidegate.protect('happenings', 'retention');
create index happenings_newest on happenings (org_id, at desc, id desc);
create index happenings_by_age on happenings (at);
