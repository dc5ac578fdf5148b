-- phase: expand
create table users (
  id uuid primary key,
  email text not null,
  name text not null,
  password_hash text not null,
  is_operator boolean not null default false,
  created_at timestamptz not null default now()
);
comment on table users is 'no-tenant: people belong to several organisations; what they may see is decided by their memberships';
create unique index users_email on users (lower(email));

create table organisations (
  org_id uuid primary key,
  name text not null,
  created_at timestamptz not null default now()
);
select tidegate.protect('organisations');

create table members (
  org_id uuid not null references organisations on delete cascade,
  user_id uuid not null references users on delete cascade,
  role text not null check (role in ('owner', 'admin', 'editor', 'viewer')),
  joined_at timestamptz not null default now(),
  primary key (org_id, user_id)
);
select tidegate.protect('members');
create index members_by_user on members (user_id);
-- A person sees their own memberships everywhere, to choose where to go on.
create policy own on members for select
  using (user_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy own on organisations for select
  using (exists (select 1 from members m where m.org_id = organisations.org_id
                  and m.user_id = (select nullif(current_setting('app.user_id', true), '')::uuid)));

create table invitations (
  org_id uuid not null references organisations on delete cascade,
  id uuid not null,
  email text not null,
  role text not null check (role in ('owner', 'admin', 'editor', 'viewer')),
  token_hash text not null unique,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (org_id, id)
);
select tidegate.protect('invitations');
-- Whoever holds the token finds its invitation.
create policy holder on invitations for select using (token_hash = (select nullif(current_setting('app.lookup', true), '')));

create table api_keys (
  org_id uuid not null references organisations on delete cascade,
  key_id text not null,
  name text not null,
  key_hash text not null unique,
  scopes text[] not null,
  created_by uuid not null references users,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  primary key (org_id, key_id)
);
select tidegate.protect('api_keys');
create policy holder on api_keys for select using (key_hash = (select nullif(current_setting('app.lookup', true), '')));

create table sessions (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  -- the organisation that the session acts in; memberships are checked at each refresh
  current_org_id uuid,
  -- refresh token n is the HMAC of n under this key; only the newest is valid
  refresh_key bytea not null,
  refresh_counter bigint not null default 0,
  rotated_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz
);
comment on table sessions is 'no-tenant: a session belongs to a person and moves between their organisations';
create index sessions_by_user on sessions (user_id) where revoked_at is null;

create table signing_keys (
  kid text primary key,
  public_jwk jsonb not null,
  private_sealed text not null,
  created_at timestamptz not null default now()
);
comment on table signing_keys is 'no-tenant: keys that sign access tokens of the whole installation, private halves sealed';

create table login_failures (
  subject text primary key,
  failures int not null,
  last_at timestamptz not null default now()
);
comment on table login_failures is 'no-tenant: recent wrong logins by hashed account or address, to slow down guessing';
