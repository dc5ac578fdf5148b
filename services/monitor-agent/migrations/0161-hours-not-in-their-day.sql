-- phase: expand, outside a transaction
-- Few: those of today, and what came late. By them a day says whether it has all of its hours.
create index concurrently if not exists server_hours_not_in_day on server_hours (org_id, server_id, taken_at) where not in_day;
