-- phase: expand
-- Why nothing is sent to a channel although nobody switched it off: over_limit, not_included, read_only. What was over a
-- limit before this is marked with the next change of what its organisation may do.
alter table channels add column restricted text;
