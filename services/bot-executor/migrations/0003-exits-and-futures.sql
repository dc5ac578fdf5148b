-- phase: contract, unused since 0.1.0
-- Stop losses, trailing exits and liquidation end trades; futures pay funding, which belongs to no order.
alter table trades drop constraint trades_closed_by_check,
  add check (closed_by in ('takeProfit', 'stopLoss', 'close', 'liquidation')),
  add column funding numeric not null default 0;

alter table orders drop constraint orders_kind_check, drop constraint orders_type_check,
  add check (kind in ('base', 'averaging', 'takeProfit', 'stopLoss', 'close', 'liquidation')),
  add check (type in ('market', 'limit', 'stop'));

alter table ledger drop constraint ledger_kind_check, alter column order_id drop not null,
  add check (kind in ('buy', 'sell', 'fee', 'funding'));
