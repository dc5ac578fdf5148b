-- phase: expand
-- Why nothing is collected from a server although nobody paused it: over_limit, not_included, read_only. What was over a
-- limit before this is marked with the next change of what its organisation may do.
alter table servers add column restricted text;
