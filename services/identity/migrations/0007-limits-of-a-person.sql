-- phase: contract, unused since 0.1.0
-- Who made an organisation, and its plan as billing last said it: how many a person may have on a free plan is limited.
alter table organisations
  add column founded_by uuid references users on delete set null,
  add column plan text;
create index organisations_by_founder on organisations (founded_by);
-- The owner of these tables is bound by their policies only while they are forced.
alter table organisations no force row level security;
alter table members no force row level security;
alter table entitlements no force row level security;
update organisations o set
  founded_by = (select m.user_id from members m where m.org_id = o.org_id and m.role = 'owner' order by m.joined_at, m.user_id limit 1),
  plan = (select e.snapshot ->> 'plan' from entitlements e where e.org_id = o.org_id);
alter table organisations force row level security;
alter table members force row level security;
alter table entitlements force row level security;

-- Keys and invitations that expired long ago are deleted by a loop.
select tidegate.protect('api_keys', 'forget-ended');
select tidegate.protect('invitations', 'forget-ended');
create index api_keys_expired on api_keys (expires_at) where expires_at is not null;
create index invitations_expired on invitations (expires_at);
-- Sessions of a person, last used first.
drop index sessions_by_user;
create index sessions_by_user on sessions (user_id, rotated_at desc, id) where revoked_at is null;
