-- phase: contract, unused since 0.1.0
-- How a person wants to be spoken to. Null: not chosen.
alter table users
  add column locale text check (locale in ('en', 'de')),
  add column time_zone text check (length(time_zone) <= 64),
  add column theme text check (theme in ('auto', 'light', 'dark')),
  -- To the hour, so that it is written once an hour.
  add column last_active_at timestamptz;

-- What a session was last used with, for its owner to recognise.
alter table sessions add column device text, add column address text;

-- A key that was replaced works until it expires and takes no place of the plan.
alter table api_keys add column last_used_at timestamptz, add column replaced_by text;
-- The loop that notes uses sees keys across organisations.
select tidegate.protect('api_keys', 'retention', 'known-keys', 'key-uses');

alter table account_tokens drop constraint account_tokens_purpose_check;
alter table account_tokens add constraint account_tokens_purpose_check
  check (purpose in ('verify-email', 'reset-password', 'change-email', 'undo-email'));
-- The new address of a change, or the old one of an undo.
alter table account_tokens add column email text;

-- A mail may go to an address that is not the account's, in a language of its own, and say who invites where.
alter table account_mails drop constraint account_mails_kind_check;
alter table account_mails add constraint account_mails_kind_check check (kind in (
  'register', 'address-taken', 'verify-email', 'reset-password', 'password-changed', 'change-email', 'email-changed',
  'invitation', 'account-deleted'));
alter table account_mails
  add column user_id uuid references users on delete cascade,
  add column locale text check (locale in ('en', 'de')),
  add column details jsonb;

-- An account begins with a mail: whoever asks learns nothing about an address, and whoever has the token has the address.
create table registration_tokens (
  token_hash text primary key,
  email text not null,
  locale text,
  expires_at timestamptz not null
);
comment on table registration_tokens is 'no-tenant: of persons without an account, hashes of tokens that were mailed to them';
create index registration_tokens_expired on registration_tokens (expires_at);
create index registration_tokens_email on registration_tokens (lower(email));

-- Tokens of an invitation that were mailed to its address, which they prove. The inviter's own token is in `invitations`.
create table invitation_tokens (
  org_id uuid not null,
  token_hash text not null unique,
  invitation_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (org_id, token_hash),
  foreign key (org_id, invitation_id) references invitations (org_id, id) on delete cascade
);
select tidegate.protect('invitation_tokens');
create policy holder on invitation_tokens for select
  using (token_hash = (select nullif(current_setting('app.lookup', true), '')));
create index invitation_tokens_of on invitation_tokens (org_id, invitation_id);

-- What was done to an account, for its owner to see.
create table account_events (
  user_id uuid not null references users on delete cascade,
  id uuid not null,
  at timestamptz not null default now(),
  kind text not null,
  address text,
  detail text,
  primary key (user_id, id)
);
comment on table account_events is 'no-tenant: of persons, what was done to their account';
create index account_events_at on account_events (at);
