-- phase: expand
-- What somebody tried and had no right to: beside what was done, and told from it.
alter table audit_entries add column refused boolean not null default false;
