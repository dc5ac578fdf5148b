-- phase: expand
-- When the event before was emitted: so long ago, it can no longer be on its way, and nobody waits for it.
alter table outbox_sequences add column at timestamptz not null default now(), add column previous_at timestamptz;
alter table outbox add column previous_at timestamptz;
