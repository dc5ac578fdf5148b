-- phase: contract, unused since 0.1.0
-- Which master keys this schema's data keys are or were wrapped with. An id is the key's fingerprint and tells nothing
-- of it. The current one wraps; those that are not retired open.
create table master_keys (
  id text primary key,
  is_current boolean not null,
  noted_at timestamptz not null default now(),
  retired_at timestamptz,
  check (not (is_current and retired_at is not null))
);
create unique index master_keys_current on master_keys (is_current) where is_current;
comment on table master_keys is 'no-tenant: fingerprints of the master keys of the whole service';

-- One random key per organisation, and one of the installation itself under the nil uuid, wrapped with a master key.
-- A deleted organisation keeps its row without the key, so that nobody makes it another one.
create table data_keys (
  org_id uuid primary key,
  wrapped bytea,
  master_key_id text references master_keys,
  created_at timestamptz not null default now(),
  shredded_at timestamptz,
  check ((wrapped is null) = (shredded_at is not null)),
  check ((wrapped is null) = (master_key_id is null))
);
create index data_keys_by_master on data_keys (master_key_id);
select tidegate.protect('data_keys', 'vault');
-- The installation's own key is needed on behalf of everybody: of somebody who logs in, of a loop.
create policy installation on data_keys
  using (org_id = '00000000-0000-0000-0000-000000000000')
  with check (org_id = '00000000-0000-0000-0000-000000000000');

-- Databases from before this table know their keys by the start's own list.
do $$ begin
  if to_regclass('tidegate.key_fingerprints') is not null then
    insert into master_keys (id, is_current)
      select fingerprint, true from tidegate.key_fingerprints where service = replace(current_schema(), '_', '-');
  end if;
end $$;
