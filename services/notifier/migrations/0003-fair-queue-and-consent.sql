-- phase: contract, unused since 0.1.0
-- Addresses confirm themselves before anything is sent to them, and the address of a webhook may be a secret.
alter table channels
  -- Of a webhook: `target` shows it with its secrets masked. Filled at the next start for those that are there.
  add column url_sealed         text,
  -- What is called in the end: the host of a webhook, the mail server for all e-mails.
  add column receiver           text,
  add column confirmed_at       timestamptz,
  -- The token that the confirmation mail brings: sealed until it is confirmed, to be put into the mail, and hashed.
  add column confirmation       text,
  add column confirmation_hash  text unique,
  add column confirmation_until timestamptz;
-- Whoever has the token finds its channel.
create policy holder on channels for select
  using (confirmation_hash = (select nullif(current_setting('app.lookup', true), '')));
select tidegate.protect('channels', 'vault', 'upkeep');

create table confirmation_mails (
  subject text        primary key,
  sent    int         not null,
  since   timestamptz not null default now()
);
comment on table confirmation_mails is 'no-tenant: confirmation mails of a day by hashed address, organisation or person, to bound them';
create index confirmation_mails_since on confirmation_mails (since);

-- The person behind an organisation: what they send is one share, over however many organisations.
create table owners (
  org_id  uuid primary key,
  user_id uuid not null
);
select tidegate.protect('owners', 'upkeep');

alter table delivery_queue
  add column owner_id   uuid,
  add column channel_id uuid,
  add column receiver   text;
-- The owner of these tables is bound by their policies only while they are forced.
alter table channels no force row level security;
alter table deliveries no force row level security;
update channels set receiver = case kind when 'email' then 'smtp' else substring(target from '^[a-z]+://([^/?#]+)') end;
update delivery_queue q set owner_id = q.org_id, channel_id = c.id, receiver = c.receiver
  from deliveries d join channels c on c.org_id = d.org_id and c.id = d.channel_id where d.id = q.delivery_id;
-- Nothing is sent any more to addresses that were never asked: what waits for them ends.
update deliveries d set state = 'cancelled', next_attempt_at = null, last_error = 'channel_unconfirmed'
  from channels c where c.org_id = d.org_id and c.id = d.channel_id and c.kind = 'email' and d.state = 'pending';
delete from delivery_queue where receiver is null or receiver = 'smtp';
alter table channels force row level security;
alter table deliveries force row level security;
alter table channels alter column receiver set not null;
alter table delivery_queue
  alter column owner_id set not null,
  alter column channel_id set not null,
  alter column receiver set not null;
create index delivery_queue_by_channel on delivery_queue (channel_id);
