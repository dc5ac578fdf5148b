-- phase: contract, unused since 0.1.0
-- Columns are called as the glossary calls what they hold.
alter table bots rename column orders_kept to stored_orders;
alter table bots rename column forgotten to expired_sums;
alter table backtests rename column kept_trades to stored_trades;
alter table backtests rename column kept_fills to stored_fills;
alter table sweeps rename column fingerprint to content_hash;

-- The owner of a table is bound by its policies only while they are forced.
alter table backtests no force row level security;
update backtests set result = result - 'fingerprint' || jsonb_build_object('contentHash', result->'fingerprint')
 where result ? 'fingerprint';
alter table backtests force row level security;
