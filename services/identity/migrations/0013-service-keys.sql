-- phase: contract, unused since 0.1.0
-- Keys of the installation. Numbered with the API keys, so that one look finds what is new of either.
create table service_keys (
  key_id text primary key,
  name text not null,
  key_hash text not null unique,
  scopes text[] not null,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  revoked_by uuid,
  sequence bigint not null
);
comment on table service_keys is 'no-tenant: they belong to the operator and act for every organisation';
create index service_keys_sequence on service_keys (sequence);
do $$
begin
  execute format('alter table service_keys alter column sequence set default nextval(%L)',
                 pg_get_serial_sequence('api_keys', 'sequence'));
end $$;
