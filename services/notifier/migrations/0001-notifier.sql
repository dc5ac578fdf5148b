-- phase: expand
create table channels (
  org_id                uuid        not null,
  id                    uuid        not null,
  kind                  text        not null check (kind in ('email', 'webhook')),
  name                  text        not null,
  -- The address of an e-mail channel, the url of a webhook.
  target                text        not null,
  events                text[]      not null,
  state                 text        not null default 'active' check (state in ('active', 'disabled')),
  disabled_because      text        check (disabled_because in ('gone', 'by_member')),
  -- Sealed by the vault for this row; only webhooks have secrets.
  secret                text,
  previous_secret       text,
  previous_secret_until timestamptz,
  created_at            timestamptz not null default now(),
  primary key (org_id, id),
  check ((kind = 'webhook') = (secret is not null)),
  check ((state = 'disabled') = (disabled_because is not null)),
  check ((previous_secret is null) = (previous_secret_until is null))
);
select tidegate.protect('channels');

create table deliveries (
  org_id          uuid        not null,
  -- Of an event: made from the event's and the channel's id, so one event is one delivery per channel.
  id              uuid        not null,
  channel_id      uuid        not null,
  event           text        not null,
  -- The exact bytes of a webhook's body: every attempt signs and sends the same.
  body            text        not null,
  state           text        not null default 'pending'
                  check (state in ('pending', 'delivered', 'failed', 'quota_exhausted', 'cancelled')),
  attempts        int         not null default 0,
  last_error      text,
  last_status     int,
  next_attempt_at timestamptz,
  created_at      timestamptz not null default now(),
  delivered_at    timestamptz,
  primary key (org_id, id),
  foreign key (org_id, channel_id) references channels (org_id, id) on delete cascade,
  check ((state = 'pending') = (next_attempt_at is not null)),
  check ((state = 'delivered') = (delivered_at is not null))
);
select tidegate.protect('deliveries', 'forget-deliveries');
create index deliveries_by_channel on deliveries (org_id, channel_id, id desc);
create index deliveries_by_age on deliveries (created_at);

-- Never repeats, so a sender that slept through a delivery's end and restart cannot mistake its lease for a new one.
create sequence delivery_fences;

create table delivery_queue (
  delivery_id uuid        primary key,
  org_id      uuid        not null,
  -- When to try, and while an attempt is under way: when its lease ends.
  due_at      timestamptz not null,
  -- Of the newest lease: only its holder may record a result.
  fence       bigint      not null default 0
);
create index delivery_queue_due on delivery_queue (due_at);
comment on table delivery_queue is 'no-tenant: ids and due times only, read by the sender across organisations';
