-- phase: expand
-- What everybody may read on the page of states. Of the installation, not of an organisation; kept for 90 days.
create table incidents (
  id          uuid        primary key,
  title       text        not null,
  components  text[]      not null,
  state       text        not null,
  started_at  timestamptz not null default now(),
  resolved_at timestamptz
);
comment on table incidents is 'no-tenant: what the operator tells everybody';

create table incident_updates (
  incident_id uuid        not null references incidents on delete cascade,
  id          uuid        not null,
  at          timestamptz not null default now(),
  state       text        not null,
  text        text        not null,
  primary key (incident_id, id)
);
comment on table incident_updates is 'no-tenant: what the operator tells everybody';

create table component_states (
  component text        not null,
  since     timestamptz not null,
  state     text        not null,
  primary key (component, since)
);
comment on table component_states is 'no-tenant: since when which part of the installation works or does not';
