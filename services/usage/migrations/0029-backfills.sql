-- phase: expand
-- Usage of a time that is over, added or replaced as one step that can be taken back.
create table usage_backfills (
  org_id uuid not null,
  id uuid not null,
  meter text not null,
  source text not null,
  from_at timestamptz not null,
  until_at timestamptz not null,
  mode text not null check (mode in ('add', 'replace')),
  state text not null default 'previewed' check (state in ('previewed', 'applied', 'reverted')),
  reason text not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  applied_at timestamptz,
  applied_by text,
  reverted_at timestamptz,
  reverted_by text,
  revert_reason text,
  -- what was sent, in the smallest steps of the meter
  events json not null,
  preview json not null,
  primary key (org_id, id)
);
select tidegate.protect('usage_backfills', 'ingest');

-- What a backfill has made of each event that it touched, by the event's identity.
create table usage_backfill_changes (
  org_id uuid not null,
  backfill_id uuid not null,
  key uuid not null,
  source text not null,
  id text not null,
  at timestamptz not null,
  labels text[],
  before bigint not null,
  after bigint not null,
  primary key (org_id, backfill_id, key)
);
select tidegate.protect('usage_backfill_changes', 'ingest');
