-- phase: contract, unused since 0.1.0
-- Backtests and sweeps wait in one queue and are taken in turns of persons and organisations.
create table work_queue (
  id uuid primary key,
  kind text not null check (kind in ('backtest', 'sweep')),
  org_id uuid not null,
  -- Who asked for it; the organisation itself where that is not known.
  person uuid not null,
  queued_at timestamptz not null default clock_timestamp(),
  fence bigint not null default 0,
  tries int not null default 0,
  -- Until then somebody has it, or it rests.
  expires_at timestamptz not null default '-infinity',
  done bigint not null default 0
);
create index work_queue_org on work_queue (org_id);
create index work_queue_person on work_queue (person);
comment on table work_queue is 'no-tenant: ids, leases and progress of waiting work, read by the runners across organisations';

insert into work_queue (id, kind, org_id, person, fence)
  select sweep_id, 'sweep', org_id, org_id, fence from sweep_leases order by sweep_id;
drop table sweep_leases;

-- When somebody's work was last begun; of no use once nothing older waits. What is lost in a crash costs a turn.
create unlogged table work_turns (
  kind text not null,
  party uuid not null,
  served_at timestamptz not null,
  primary key (kind, party)
);
comment on table work_turns is 'no-tenant: ids of persons and organisations and when they last had their turn; an hour at most';

alter table bot_leases add column person uuid;

-- A backtest is there before it is run. Its trades and fills are rows of 500, up to a limit.
alter table backtests
  add column status text not null default 'done'
    check (status in ('queued', 'running', 'done', 'failed', 'cancelled')),
  add column failure text,
  add column finished_at timestamptz,
  add column kept_trades int not null default 0,
  add column kept_fills int not null default 0,
  add column parts int not null default 0;

create table backtest_parts (
  org_id uuid not null,
  backtest_id uuid not null,
  what text not null check (what in ('trades', 'fills')),
  part int not null,
  items jsonb not null,
  primary key (org_id, backtest_id, what, part),
  foreign key (org_id, backtest_id) references backtests on delete cascade
);
select tidegate.protect('backtest_parts');

-- The owner of these tables is bound by their policies only while they are forced.
alter table backtests no force row level security;
alter table backtest_parts no force row level security;
insert into backtest_parts (org_id, backtest_id, what, part, items)
  select b.org_id, b.id, w.what, (e.ordinality - 1) / 500, jsonb_agg(e.value order by e.ordinality)
    from backtests b
    cross join lateral (values ('trades', b.trades), ('fills', b.fills)) as w (what, items)
    cross join lateral jsonb_array_elements(w.items) with ordinality e
   group by 1, 2, 3, 4;
update backtests b set finished_at = created_at,
  kept_trades = jsonb_array_length(trades), kept_fills = jsonb_array_length(fills),
  parts = (select count(*) from backtest_parts p where p.org_id = b.org_id and p.backtest_id = b.id);
alter table backtests force row level security;
alter table backtest_parts force row level security;
alter table backtests alter column status drop default, drop column trades, drop column fills;
