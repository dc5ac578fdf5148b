-- phase: expand
-- Why a member or a key may only read: over_limit, not_included. What was over a limit before this is marked with the next
-- change of what its organisation may do.
alter table members add column restricted text;
alter table api_keys add column restricted text;
