-- phase: contract, unused since 0.1.0
-- Amounts are decimals of the market's own currencies from now on, so that no row changes its meaning when a market's
-- steps do; candles know their interval; who runs a bot holds a lease with a fence; an order may fill in parts.
-- A paper bot is its settings and its candles: every bot stops and will trade the same trades again from its first
-- candle when it is started.

drop table ledger, fills, orders, trades, backtests, bot_queue, imported_candles, bundled_candles;

alter table bots
  add column interval text not null default '5m',
  add column candles_per_second int;
alter table bots alter column interval drop default;
update bots set status = 'stopped', state = '{}', decided_up_to = null, closed_trades = 0, profit = 0, balance = 0,
  ledger_sequence = 0, open_trade_id = null;
-- An empty state is that of a bot that never decided anything.
alter table bots alter column state set default '{}';

-- Prices of candles are hundred-millionths of the quote currency.
create table bundled_candles (
  market text not null,
  interval text not null,
  at timestamptz not null,
  open bigint not null,
  high bigint not null,
  low bigint not null,
  close bigint not null,
  primary key (market, interval, at)
);
comment on table bundled_candles is 'no-tenant: synthetic candles that come with Tidegate, the same for everybody';

create table imported_candles (
  org_id uuid not null,
  market text not null,
  interval text not null,
  at timestamptz not null,
  open bigint not null,
  high bigint not null,
  low bigint not null,
  close bigint not null,
  primary key (org_id, market, interval, at)
);
select tidegate.protect('imported_candles');

-- Who runs which bot; a stopped one is due at infinity. A runner takes a bot that is due and held by nobody; `fence`
-- grows with every taking, and whoever writes what the bot did proves in that same transaction that its fence is still
-- the one.
create table bot_leases (
  bot_id uuid primary key,
  org_id uuid not null,
  fence bigint not null default 0,
  due_at timestamptz not null default now(),
  expires_at timestamptz not null default '-infinity',
  failures int not null default 0
);
create index bot_leases_due on bot_leases (due_at);
create index bot_leases_org on bot_leases (org_id);
comment on table bot_leases is 'no-tenant: ids, fences and due times of running bots, read by the runners across organisations';

create table trades (
  org_id uuid not null,
  id uuid not null,
  bot_id uuid not null,
  number int not null,
  market text not null,
  direction text not null check (direction in ('long', 'short')),
  averaging_fills int not null,
  cost numeric not null,
  quantity numeric not null,
  exit_value numeric not null,
  exit_quantity numeric not null,
  fees numeric not null,
  -- What the wallet has changed by; the profit once the trade is closed.
  cash numeric not null,
  opened_at timestamptz not null,
  closed_at timestamptz,
  closed_by text check (closed_by in ('takeProfit', 'close')),
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
  -- The intent's key: decided twice, placed once.
  key text not null,
  position bigint generated always as identity,
  kind text not null check (kind in ('base', 'averaging', 'takeProfit', 'close')),
  side text not null check (side in ('buy', 'sell')),
  type text not null check (type in ('market', 'limit')),
  price numeric not null,
  quantity numeric not null,
  status text not null check (status in ('open', 'filled', 'cancelled', 'skipped')),
  placed_at timestamptz not null,
  primary key (org_id, id),
  unique (org_id, bot_id, key),
  foreign key (org_id, bot_id) references bots on delete cascade
);
select tidegate.protect('orders');
create index on orders (org_id, trade_id, position);

-- No fill without its order, no ledger entry without its trade: an intent is always written before its effect.
create table fills (
  org_id uuid not null,
  bot_id uuid not null,
  -- The exchange's name of the fill: reported twice, booked once.
  id text not null,
  position bigint generated always as identity,
  order_id uuid not null,
  trade_id uuid not null,
  price numeric not null,
  quantity numeric not null,
  value numeric not null,
  fee numeric not null,
  at timestamptz not null,
  primary key (org_id, bot_id, id),
  foreign key (org_id, bot_id) references bots on delete cascade,
  foreign key (org_id, order_id) references orders on delete cascade,
  foreign key (org_id, trade_id) references trades on delete cascade
);
select tidegate.protect('fills');
create index on fills (org_id, trade_id, position);
create index on fills (org_id, order_id);

create table ledger (
  org_id uuid not null,
  bot_id uuid not null,
  sequence bigint not null,
  kind text not null check (kind in ('buy', 'sell', 'fee')),
  amount numeric not null,
  balance numeric not null,
  trade_id uuid not null,
  order_id uuid not null,
  at timestamptz not null,
  primary key (org_id, bot_id, sequence),
  foreign key (org_id, bot_id) references bots on delete cascade
);
select tidegate.protect('ledger');

create table backtests (
  org_id uuid not null,
  id uuid not null,
  result jsonb not null,
  trades jsonb not null,
  fills jsonb not null,
  created_at timestamptz not null default now(),
  primary key (org_id, id)
);
select tidegate.protect('backtests');
