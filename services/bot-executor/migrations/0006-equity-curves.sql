-- phase: expand
-- Equity of a backtest at up to 500 closes; those that were run before have none.
alter table backtests add column equity jsonb not null default '[]';
