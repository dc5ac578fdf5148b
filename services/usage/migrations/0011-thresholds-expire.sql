-- phase: expand
-- Thresholds that were reached so long ago that no event can reach them again are deleted.
create index on quota_alerts using brin (reached_at);
