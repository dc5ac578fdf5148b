-- phase: contract, unused since 0.1.0
-- Whose an address is: verified by a mail that was sent to it, or vouched for by an operator. Accounts from before are
-- not verified; where no e-mail is sent nothing depends on it.
alter table users add column email_verified_at timestamptz;
update users set email_verified_at = created_at where is_operator;

-- Tokens that were sent by mail, hashed. Several of one person work side by side: a stranger who asks for another one
-- makes none of the owner's worthless.
create table account_tokens (
  token_hash text primary key,
  user_id uuid not null references users on delete cascade,
  purpose text not null check (purpose in ('verify-email', 'reset-password')),
  expires_at timestamptz not null
);
comment on table account_tokens is 'no-tenant: of persons, hashes of tokens that were mailed to them';
create index account_tokens_by_user on account_tokens (user_id);
create index account_tokens_expired on account_tokens (expires_at);

-- Mails to be sent. Tokens are made when one is sent, so none lies here. Whether an address has an account is asked
-- then too: who asks for a mail learns nothing by it.
create table account_mails (
  id uuid primary key,
  kind text not null check (kind in ('verify-email', 'reset-password', 'password-changed')),
  email text not null,
  attempts int not null default 0,
  due_at timestamptz not null default now(),
  created_at timestamptz not null default now()
);
comment on table account_mails is 'no-tenant: mails to persons that are to be sent';
create index account_mails_due on account_mails (due_at);

create table account_mail_budgets (
  subject text primary key,
  sent int not null,
  since timestamptz not null default now()
);
comment on table account_mail_budgets is 'no-tenant: mails of a day by hashed address, network or person, to bound them';
create index account_mail_budgets_since on account_mail_budgets (since);

-- Whom an invitation is for, hashed: whoever has the address sees it, and what the organisation is called.
alter table invitations add column invited_hash text;
alter table invitations no force row level security;
update invitations set invited_hash = encode(sha256(convert_to('invited ' || lower(email), 'UTF8')), 'hex');
alter table invitations force row level security;
alter table invitations alter column invited_hash set not null;
create index invitations_by_invited on invitations (invited_hash, id desc);
create policy invited on invitations for select
  using (invited_hash = (select nullif(current_setting('app.lookup', true), '')));
create policy invited on organisations for select
  using (exists (select 1 from invitations i where i.org_id = organisations.org_id
                  and i.invited_hash = (select nullif(current_setting('app.lookup', true), ''))));
