-- phase: contract, unused since 0.1.0
-- For the loop that deletes what ended: both tables are scanned by these instants only.
create index sessions_ended on sessions ((least(expires_at, revoked_at)));
create index login_failures_last on login_failures (last_at);
