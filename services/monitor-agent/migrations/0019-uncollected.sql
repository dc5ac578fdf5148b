-- phase: contract, unused since 0.1.0
-- What cannot be collected is called uncollected, and each entry names the query that failed.
alter table servers rename column dark to uncollected;
alter table servers no force row level security;
update servers set uncollected = replace(uncollected::text, '"question":', '"query":')::jsonb where uncollected <> '[]';
alter table servers force row level security;
