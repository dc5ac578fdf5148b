-- phase: expand
-- Each replica remembers which keys there are, and reads what was made since it looked last.
create index api_keys_created on api_keys (created_at, key_id);
