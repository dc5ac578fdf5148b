-- phase: expand
-- Markets of an organisation's own, for candles that it imports: a row for each version. What comes with Tidegate is in
-- data/markets.json.
create table markets (
  org_id uuid not null,
  market text not null,
  version int not null,
  base text not null,
  quote text not null,
  tick_size text not null,
  lot_size text not null,
  min_quantity text not null,
  min_notional text not null,
  fee_percent text not null,
  maintenance_margin_percent text not null,
  created_at timestamptz not null default now(),
  primary key (org_id, market, version)
);
select tidegate.protect('markets');

-- The rules that a bot trades by, until it is given settings again; those from before have the first version.
alter table bots add column market_rules jsonb;
