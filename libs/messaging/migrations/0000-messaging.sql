-- phase: expand
-- Messaging tables that every service's schema has. Rows carry no customer data beyond event bodies on their way out,
-- and the relay and the consumers work across organisations.

create table outbox (
  id bigint generated always as identity primary key,
  event_id uuid not null,
  subject text not null,
  aggregate text,
  -- null: the body is published as it is (usage events); else it becomes the envelope's data
  sequence bigint,
  org_id uuid,
  trace text,
  body text not null,
  created_at timestamptz not null default now()
);
comment on table outbox is 'no-tenant: messages on their way to NATS, deleted once published; read by the relay across organisations';

create table outbox_sequences (aggregate text primary key, last bigint not null) with (fillfactor = 70);
comment on table outbox_sequences is 'no-tenant: the last event number of each aggregate, so that consumers can order without gaps';

create table inbox (
  consumer text not null,
  aggregate text not null,
  sequence bigint not null,
  primary key (consumer, aggregate)
) with (fillfactor = 70);
comment on table inbox is 'no-tenant: how far each consumer has handled each aggregate';

create table inbox_failures (
  consumer text not null,
  event_id text not null,
  attempts int not null,
  error text not null,
  primary key (consumer, event_id)
);
comment on table inbox_failures is 'no-tenant: attempts at events that fail, until they succeed or die';

create table dead_letters (
  id uuid primary key,
  consumer text not null,
  event_id text not null,
  type text not null,
  aggregate text not null,
  org_id uuid,
  envelope text not null,
  error text not null,
  attempts int not null,
  died_at timestamptz not null default now(),
  unique (consumer, event_id)
);
comment on table dead_letters is 'no-tenant: events that could not be handled, for the operator to replay or discard';

create table idempotency_keys (
  org_id uuid not null,
  key text not null,
  operation text not null,
  input_hash text not null,
  output text,
  created_at timestamptz not null default now(),
  primary key (org_id, key)
);
select tidegate.protect('idempotency_keys', 'housekeeping');
create index on idempotency_keys (created_at);
