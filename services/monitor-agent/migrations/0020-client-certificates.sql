-- phase: contract, unused since 0.1.0
-- The certificate that a role logs in with, and its key, sealed by the vault for this very row; a password may be missing then.
alter table servers add column client_certificate text;
alter table servers add column certificate_until timestamptz;
alter table servers alter column password drop not null;
alter table servers add constraint servers_log_in check (password is not null or client_certificate is not null);
-- What used to be no way to log in is one that was not given.
alter table servers no force row level security;
update servers set failure_code = 'client_certificate_needed' where failure_code = 'client_certificate_unsupported';
alter table servers force row level security;
