-- phase: expand
-- Who did what in an organisation. Names are those of that moment; a person's are taken out when their account is deleted.
create table audit_entries (
  org_id uuid not null,
  id uuid not null,
  at timestamptz not null,
  action text not null,
  actor_kind text not null check (actor_kind in ('person', 'api_key', 'service_key', 'support', 'platform')),
  user_id uuid,
  user_name text,
  key_id text,
  key_name text,
  session_id text,
  address text,
  -- Who of the operator's people it was: for the operator alone.
  operator_id uuid,
  thing_kind text not null,
  thing_id text,
  thing_name text,
  changes jsonb not null default '[]',
  primary key (org_id, id)
);
select tidegate.protect('audit_entries', 'retention', 'purge-person');
create index audit_entries_newest on audit_entries (org_id, at, id);
create index audit_entries_of on audit_entries (org_id, thing_id, at);
create index audit_entries_at on audit_entries (at);
create index audit_entries_by on audit_entries (user_id) where user_id is not null;
create index audit_entries_member on audit_entries (thing_id) where thing_kind = 'member';
