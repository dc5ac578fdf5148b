-- phase: expand
-- Host names that organisations prove to be theirs by a DNS record. Many may wait for one name, one has proved it.
create table organisation_domains (
  org_id uuid not null,
  id uuid not null,
  name text not null,
  token text not null,
  created_at timestamptz not null default now(),
  created_by uuid not null,
  proven_at timestamptz,
  missing_since timestamptz,
  checked_at timestamptz,
  primary key (org_id, id),
  unique (org_id, name)
);
create unique index organisation_domains_proven on organisation_domains (name) where proven_at is not null;
select tidegate.protect('organisation_domains', 'domains');

-- Who an organisation's mails are from.
create table organisation_mail_senders (
  org_id uuid primary key,
  name text,
  address text,
  reply_to text,
  updated_at timestamptz not null default now()
);
select tidegate.protect('organisation_mail_senders');
