-- phase: expand
-- Candles that came or changed after a bot had decided on their time, and the first of them.
alter table bots add column late_candles bigint not null default 0, add column late_from timestamptz;
