-- phase: expand
-- Why a bot opens no trades although nobody stopped it: over_limit, not_included, read_only. What was over a limit before
-- this is marked with the next change of what its organisation may do.
alter table bots add column restricted text;
