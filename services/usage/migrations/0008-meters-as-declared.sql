-- phase: expand
-- How the events of a meter become a number, as the catalogue says it. Those from before add up whole units.
alter table meters
  add column aggregate text not null default 'sum',
  add column decimals smallint not null default 0,
  add column group_by text[] not null default '{}',
  add column value text;
