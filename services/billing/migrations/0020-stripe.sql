-- phase: expand
-- What stands at Stripe is fetched and copied here. A number is taken before each fetch, and a copy with a lower number
-- than the one that is there is dropped: so whatever order the answers come in, the newest state stays.
create sequence stripe_sync_seq;

create table stripe_customers (
  org_id uuid not null,
  livemode boolean not null,
  customer_id text not null unique,
  sync_seq bigint not null default 0,
  synced_at timestamptz,
  -- since when Stripe has not been reached although something had changed
  stale_since timestamptz,
  -- brand, last4, expiry of the default card, and whether there is a debt: what the console shows
  payment jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (org_id, livemode)
);
select tidegate.protect('stripe_customers', 'stripe');

-- Each call that creates something, stored before it is made: whoever repeats it, after a time-out or a crash, sends the
-- same key.
create table stripe_calls (
  org_id uuid not null,
  key text not null,
  operation text not null,
  params_hash text not null,
  -- how often Stripe refused it: each needs a key of its own
  refusals int not null default 0,
  state text not null check (state in ('started', 'done', 'refused')),
  response_id text,
  error text,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (org_id, key)
);
select tidegate.protect('stripe_calls', 'stripe');

-- Events as they came, once each. They say whose state has changed and are no copy of it.
create table stripe_events (
  id text primary key,
  type text not null,
  created timestamptz not null,
  livemode boolean not null,
  api_version text,
  object_id text,
  customer_id text,
  org_id uuid,
  source text not null check (source in ('webhook', 'list')),
  state text not null check (state in ('pending', 'done', 'ignored', 'quarantined', 'dead')),
  attempts int not null default 0,
  error text,
  received_at timestamptz not null default clock_timestamp(),
  done_at timestamptz
);
comment on table stripe_events is 'no-tenant: ids and types of what Stripe has sent, stored before it is known whose it is';
create index on stripe_events (received_at, id);
create index on stripe_events (customer_id) where state in ('pending', 'quarantined', 'dead');
create index stripe_events_unresolved on stripe_events (received_at) where state = 'pending' and customer_id is null;
create index on stripe_events (org_id) where org_id is not null;

-- Customers that have to be fetched. `marks` counts what made it necessary, from the second of the first on: a fetch clears
-- only what came before it, and one that took minutes does not clear a row that was made anew.
create table stripe_dirty (
  customer_id text primary key,
  marks int not null default extract(epoch from clock_timestamp())::int,
  due_at timestamptz not null,
  attempts int not null default 0,
  error text
);
comment on table stripe_dirty is 'no-tenant: ids of customers at Stripe whose state has to be fetched';
create index on stripe_dirty (due_at);

-- How far a reader of a list at Stripe has come.
create table stripe_cursors (
  name text primary key,
  at timestamptz not null
);
comment on table stripe_cursors is 'no-tenant: how far lists at Stripe were read, for the whole installation';

-- The copy of subscriptions with their items, and of invoices with their lines. What owners and operators see follows from it.
create table stripe_subscriptions (
  org_id uuid not null,
  id text not null,
  sync_seq bigint not null,
  status text not null,
  created timestamptz not null,
  state jsonb not null,
  primary key (org_id, id)
);
select tidegate.protect('stripe_subscriptions', 'stripe');
create index on stripe_subscriptions (id);

create table stripe_invoices (
  org_id uuid not null,
  id text not null,
  sync_seq bigint not null,
  status text not null,
  created timestamptz not null,
  state jsonb not null,
  primary key (org_id, id)
);
select tidegate.protect('stripe_invoices', 'stripe');
create index on stripe_invoices (id);

-- What has happened, each once however often it was heard: an invoice paid, a payment failed, a refund, a dispute.
create table stripe_facts (
  org_id uuid not null,
  key text not null,
  kind text not null,
  at timestamptz not null,
  data jsonb not null,
  noted_at timestamptz not null default now(),
  primary key (org_id, key)
);
select tidegate.protect('stripe_facts', 'stripe');

-- Prices that were published, by the name that says what they sell. A price never changes at Stripe.
create table stripe_prices (
  livemode boolean not null,
  price_id text not null,
  lookup_key text not null,
  primary key (livemode, price_id)
);
comment on table stripe_prices is 'no-tenant: prices of the catalogue as they are called at Stripe';
create index on stripe_prices (livemode, lookup_key);

-- Differences that a nightly comparison found and healed.
create table stripe_drifts (
  org_id uuid not null,
  id uuid not null,
  found_at timestamptz not null default now(),
  what text not null,
  ours jsonb,
  theirs jsonb,
  primary key (org_id, id)
);
select tidegate.protect('stripe_drifts', 'stripe');
