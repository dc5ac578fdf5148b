-- phase: expand
-- Payments that a bank was asked to take back, as the payment provider says it. What a lost one restricts is decided by the
-- catalogue when it is lost, and ends when an operator settles it.
create table disputes (
  org_id uuid not null,
  id text not null,
  charge_id text not null,
  state text not null,
  status text not null,
  reason text not null,
  currency text not null,
  amount_minor bigint not null,
  answer_by timestamptz,
  opened_at timestamptz not null,
  read_only boolean not null,
  settled_at timestamptz,
  settled_by text,
  settled_reason text not null default '',
  primary key (org_id, id)
);
select tidegate.protect('disputes', 'catalogue');
create index on disputes (opened_at, id);
