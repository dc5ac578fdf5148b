-- phase: expand
-- Who has tried a product, whichever organisation it was with: hashes of `user:<id>` and `card:<fingerprint>`.
create table trial_claims (
  key text not null,
  product text not null,
  claimed_at timestamptz not null default now(),
  primary key (key, product)
);
comment on table trial_claims is 'no-tenant: hashes of who has tried which product, so that nobody does again with another organisation';

-- All owners, as identity knows them; null: it has to be asked.
alter table organisation_profiles add column owner_ids uuid[];
alter table organisation_profiles no force row level security;
update organisation_profiles set marks = marks + 1;
alter table organisation_profiles force row level security;
