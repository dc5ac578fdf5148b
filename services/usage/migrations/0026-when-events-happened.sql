-- phase: expand
-- Whoever corrects an event finds it by its identity: in the day in which it happened, and there in the pages of that
-- instant. Null: counted before, and looked for in the days around the one on which it was counted.
alter table usage_identities add column at timestamptz;
