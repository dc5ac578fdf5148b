-- phase: contract, unused since 0.1.0
-- Which version of the membership a token carries: tokens older than a change of roles are told from those after it
-- without a clock. One sequence for all, so that somebody who comes back is never taken for who they were before.
create sequence member_versions;
alter table members add column version bigint not null default nextval('member_versions');

-- An invitation ends with the right of whoever made it. Those from before do not say who that was: they end here.
truncate invitations;
alter table invitations
  add column invited_by uuid not null,
  add column invited_with_key text,
  add foreign key (org_id, invited_by) references members (org_id, user_id) on delete cascade,
  add foreign key (org_id, invited_with_key) references api_keys (org_id, key_id) on delete cascade;
create index invitations_by_member on invitations (org_id, invited_by);
create index invitations_by_key on invitations (org_id, invited_with_key) where invited_with_key is not null;
