-- phase: expand
-- What is needed to find what was lost, and to forget what is over.

-- `began`: the number from which on this consumer has handled the aggregate; what is lower was never seen here.
alter table inbox add column began bigint not null default 1, add column at timestamptz not null default now();

-- An attempt that fails and an attempt that never ends (the process died) are counted apart.
alter table inbox_failures
  alter column attempts set default 0,
  add column begun int not null default 0,
  add column aggregate text not null default '',
  add column at timestamptz not null default now();
create index on inbox_failures (consumer, aggregate);

-- Which process sends the outbox at the moment. Two that think so for a moment send the same twice, which is harmless.
create table relay_lease (
  only_row boolean primary key default true check (only_row),
  holder uuid,
  held_until timestamptz not null default '-infinity'
);
insert into relay_lease default values;
comment on table relay_lease is 'no-tenant: one row, which process sends the outbox';
