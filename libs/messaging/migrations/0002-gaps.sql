-- phase: expand
-- What a consumer passed although it never came, for as long as it may still come after all: then it is kept for the
-- operator and is no duplicate, whether or not the operator has looked after the gap meanwhile. It takes the place of
-- `inbox.began`, which processes of the version before still write.
create table inbox_gaps (
  consumer text not null,
  aggregate text not null,
  first bigint not null,
  last bigint not null,
  at timestamptz not null default now(),
  primary key (consumer, aggregate, first)
);
comment on table inbox_gaps is 'no-tenant: numbers that never came and were passed, kept for 35 days';

insert into inbox_gaps (consumer, aggregate, first, last)
select consumer, aggregate, (envelope::jsonb ->> 'from')::bigint, (envelope::jsonb ->> 'to')::bigint
  from dead_letters where type = 'gap';

insert into inbox_gaps (consumer, aggregate, first, last)
select consumer, aggregate, 1, began - 1 from inbox where began > 1
on conflict do nothing;
