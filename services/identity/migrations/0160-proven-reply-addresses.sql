-- phase: expand
-- Where answers to an organisation's mails go is an address that has agreed to it: its own domain's, or by a token that was
-- mailed to it. Those from before are asked when somebody sends them the mail.
alter table organisation_mail_senders
  add column reply_proven_at timestamptz,
  add column reply_token_hash text unique,
  add column reply_token_expires_at timestamptz;
create policy holder on organisation_mail_senders for select
  using (reply_token_hash = (select nullif(current_setting('app.lookup', true), '')));

alter table account_mails drop constraint account_mails_kind_check;
alter table account_mails add constraint account_mails_kind_check check (kind in (
  'register', 'address-taken', 'verify-email', 'reset-password', 'password-changed', 'change-email', 'email-changed',
  'invitation', 'account-deleted', 'reply-address'));
