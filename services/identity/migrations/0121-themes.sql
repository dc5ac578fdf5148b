-- phase: expand
-- How an organisation's pages and mails look to its own people: white label.
create table organisation_themes (
  org_id uuid primary key,
  name text,
  accent text check (accent ~ '^#[0-9a-f]{6}$'),
  logo text,
  updated_at timestamptz not null default now()
);
select tidegate.protect('organisation_themes');
