-- phase: expand
-- Whoever buys more units when they run low is told so: once in each window, and again when there was more meanwhile.
create table credit_watches (
  org_id uuid not null,
  meter text not null,
  -- in units
  low_at bigint not null,
  -- the window in which it was told; null: more is left than that
  low_in timestamptz,
  primary key (org_id, meter)
);
select tidegate.protect('credit_watches', 'ingest');
