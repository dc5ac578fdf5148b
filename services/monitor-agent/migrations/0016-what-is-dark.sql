-- phase: expand
-- Questions to the server that fail again and again, with the answer and since when.
alter table servers add column dark jsonb not null default '[]';
