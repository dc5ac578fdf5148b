-- phase: expand
-- Meters that are weighted by time reach thresholds while nothing is sent: when to look again. Null: not before an event.
create table gauge_watches (
  org_id uuid not null,
  meter text not null,
  due_at timestamptz,
  primary key (org_id, meter)
);
select tidegate.protect('gauge_watches', 'ingest');
create index on gauge_watches (due_at) where due_at is not null;
