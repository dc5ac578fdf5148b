-- phase: expand
-- Which right it was that somebody had not: null for what was done, and where no single right was missing.
alter table audit_entries add column missing_scope text;
