-- phase: expand
-- Corrections of single events: the event stays, and the difference is an event of its own (source `correction`, id
-- `<key>-<number>`), so that hours and balances remain sums of events.
create table usage_corrections (
  org_id uuid not null,
  -- identity of the corrected event, and which correction of it this is
  key uuid not null,
  number int not null,
  source text not null,
  id text not null,
  action text not null check (action in ('void', 'amend')),
  -- what the event counts as from now on
  quantity bigint not null,
  reason text not null,
  corrected_by text not null,
  corrected_at timestamptz not null default now(),
  primary key (org_id, key, number)
);
select tidegate.protect('usage_corrections', 'ingest');
create index on usage_corrections using brin (corrected_at);
