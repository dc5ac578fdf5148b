-- phase: expand
-- What lists and charts of bots, backtests and sweeps show without reading candles: the last price that a bot has seen, when
-- it was run last, a backtest's name, and all results of a sweep instead of the best 50.
alter table bots add column last_price numeric;
alter table bot_leases add column ran_at timestamptz;
alter table backtests add column name text;
alter table sweeps add column every_result jsonb;
