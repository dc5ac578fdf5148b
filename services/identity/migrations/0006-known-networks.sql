-- phase: expand
-- From where somebody got in before: nobody else's wrong guesses keep them out there.
create table login_known (
  user_id uuid not null references users on delete cascade,
  -- hashed account and network, as in login_failures
  subject text not null,
  last_at timestamptz not null default now(),
  primary key (user_id, subject)
);
comment on table login_known is 'no-tenant: from which networks a person logged in, hashed';
create index login_known_subject on login_known (subject);
create index login_known_last on login_known (last_at);
-- Counted anew, by account and network.
delete from login_failures;
