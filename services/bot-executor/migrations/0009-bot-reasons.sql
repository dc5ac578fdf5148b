-- phase: contract, unused since 0.1.0
-- Why a bot begins no trade; why it was halted; how it was started last, and up to which candle it only looks since then.
alter table bots drop constraint bots_status_check,
  add check (status in ('stopped', 'running', 'stopping', 'halted')),
  add column waiting jsonb,
  add column halted jsonb,
  add column resumed jsonb,
  add column trades_after timestamptz;
alter table orders drop constraint orders_status_check,
  add check (status in ('open', 'filled', 'cancelled', 'rejected', 'skipped'));
