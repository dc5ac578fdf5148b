-- phase: expand
-- What usage of a key that was deleted is shown with. Keys are deleted in several ways, so a trigger notes them all; of a
-- deleted organisation nothing is noted.
create table former_api_keys (
  org_id uuid not null,
  key_id text not null,
  name text not null,
  ended_at timestamptz not null,
  primary key (org_id, key_id)
);
select tidegate.protect('former_api_keys', 'retention');
create index on former_api_keys (ended_at);

create function note_former_keys() returns trigger language plpgsql set search_path from current as $$
begin
  insert into former_api_keys (org_id, key_id, name, ended_at)
  select g.org_id, g.key_id, g.name, least(now(), g.expires_at) from gone g
   where g.only_kind is null
     and not exists (select from deleted_organisations d where d.org_id = g.org_id)
  on conflict do nothing;
  return null;
end $$;
create trigger note_former_keys after delete on api_keys referencing old table as gone
  for each statement execute function note_former_keys();
