-- phase: contract, unused since 0.1.0
-- Every secret that was replaced keeps the overlap that was promised for it. They stay sealed for the channel's column
-- `secret`. Ids rise with time.
create table earlier_secrets (
  org_id      uuid        not null,
  channel_id  uuid        not null,
  id          uuid        not null,
  secret      text        not null,
  valid_until timestamptz not null,
  primary key (org_id, id),
  foreign key (org_id, channel_id) references channels (org_id, id) on delete cascade
);
select tidegate.protect('earlier_secrets', 'forget-deliveries');
create index earlier_secrets_by_channel on earlier_secrets (org_id, channel_id);
create index earlier_secrets_by_end on earlier_secrets (valid_until);
-- The owner of these tables is bound by their policies only while they are forced.
alter table channels no force row level security;
alter table earlier_secrets no force row level security;
insert into earlier_secrets (org_id, channel_id, id, secret, valid_until)
  select org_id, id, id, previous_secret, previous_secret_until from channels where previous_secret_until > now();
alter table earlier_secrets force row level security;
alter table channels force row level security;
alter table channels
  drop column previous_secret,
  drop column previous_secret_until,
  -- What ends an e-mail channel: sealed, to be put into each mail, and hashed.
  add column unsubscribe text,
  add column unsubscribe_hash text unique,
  drop constraint channels_disabled_because_check,
  add constraint channels_disabled_because_check check (disabled_because in ('gone', 'by_member', 'unsubscribed'));
create policy subscriber on channels for select
  using (unsubscribe_hash = (select nullif(current_setting('app.lookup', true), '')));
