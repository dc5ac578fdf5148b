-- phase: expand
-- Which life of the server's counters a look saw (epoch.rules.ts): after a crash all counters of tables and indexes begin
-- anew, whether or not they have outgrown their old values since.
alter table relation_looks add column life jsonb;
