-- phase: expand
-- Until when somebody looked whether the parts work: when nobody did, nothing worked.
create table status_watch (
  one           boolean     primary key default true check (one),
  watched_until timestamptz not null
);
comment on table status_watch is 'no-tenant: until when the installation was looked at';
