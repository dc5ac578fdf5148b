-- phase: expand
-- What an index is made of, as far as it decides whether another one does its work; expressions as hashes.
alter table indexes
  add column facts jsonb,
  add column is_building boolean not null default false,
  add column first_seen_at timestamptz not null default now(),
  -- When a look last saw that it had been scanned; null while none did.
  add column last_scan_at timestamptz;

-- Since when counters rise without a reset, and how much of that time lies between looks that were close together.
alter table relation_looks
  add column counting_since timestamptz,
  add column counted_us bigint not null default 0;

alter table databases add column reset_at timestamptz;
