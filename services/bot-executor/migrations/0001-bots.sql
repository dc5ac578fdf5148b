-- phase: expand
-- Prices are whole ticks, quantities whole lots, money millionths of tick × lot of the market: exact everywhere.

create table bundled_candles (
  market text not null,
  at timestamptz not null,
  open bigint not null,
  high bigint not null,
  low bigint not null,
  close bigint not null,
  primary key (market, at)
);
comment on table bundled_candles is 'no-tenant: synthetic candles that come with Tidegate, the same for everybody';

create table imported_candles (
  org_id uuid not null,
  market text not null,
  at timestamptz not null,
  open bigint not null,
  high bigint not null,
  low bigint not null,
  close bigint not null,
  primary key (org_id, market, at)
);
select tidegate.protect('imported_candles');

create table bots (
  org_id uuid not null,
  id uuid not null,
  name text not null,
  status text not null check (status in ('stopped', 'running', 'stopping')),
  settings jsonb not null,
  source text not null check (source in ('bundled', 'imported')),
  -- the decision function's state after the candle at `decided_up_to`
  state jsonb not null,
  starts_at timestamptz,
  decided_up_to timestamptz,
  closed_trades int not null default 0,
  profit numeric not null default 0,
  balance numeric not null default 0,
  ledger_sequence bigint not null default 0,
  open_trade_id uuid,
  created_at timestamptz not null default now(),
  primary key (org_id, id)
);
select tidegate.protect('bots');

create table bot_queue (
  bot_id uuid primary key,
  org_id uuid not null,
  due_at timestamptz not null
);
comment on table bot_queue is 'no-tenant: ids of running bots and when they are due, read by the runners across organisations';
create index bot_queue_due on bot_queue (due_at);

create table trades (
  org_id uuid not null,
  id uuid not null,
  bot_id uuid not null,
  number int not null,
  averaging_fills int not null,
  cost numeric not null,
  lots numeric not null,
  fees numeric not null,
  cash numeric not null,
  opened_at timestamptz not null,
  closed_at timestamptz,
  primary key (org_id, id),
  unique (org_id, bot_id, number),
  foreign key (org_id, bot_id) references bots on delete cascade
);
select tidegate.protect('trades');

create table orders (
  org_id uuid not null,
  id uuid not null,
  bot_id uuid not null,
  trade_id uuid not null,
  -- the intent's key: asked for twice, placed once
  key text not null,
  kind text not null,
  side text not null,
  type text not null,
  ticks bigint not null,
  lots bigint not null,
  status text not null check (status in ('open', 'filled', 'cancelled')),
  placed_at timestamptz not null,
  primary key (org_id, id),
  unique (org_id, bot_id, key),
  foreign key (org_id, bot_id) references bots on delete cascade
);
select tidegate.protect('orders');
create index on orders (org_id, trade_id);

create table fills (
  org_id uuid not null,
  order_id uuid not null,
  bot_id uuid not null,
  trade_id uuid not null,
  ticks bigint not null,
  lots bigint not null,
  value numeric not null,
  fee numeric not null,
  at timestamptz not null,
  primary key (org_id, order_id),
  foreign key (org_id, bot_id) references bots on delete cascade
);
select tidegate.protect('fills');
create index on fills (org_id, trade_id);

create table ledger (
  org_id uuid not null,
  bot_id uuid not null,
  sequence bigint not null,
  kind text not null check (kind in ('buy', 'sell', 'fee')),
  amount numeric not null,
  balance numeric not null,
  trade_id uuid not null,
  at timestamptz not null,
  primary key (org_id, bot_id, sequence),
  foreign key (org_id, bot_id) references bots on delete cascade
);
select tidegate.protect('ledger');

create table backtests (
  org_id uuid not null,
  id uuid not null,
  result jsonb not null,
  created_at timestamptz not null default now(),
  primary key (org_id, id)
);
select tidegate.protect('backtests');
