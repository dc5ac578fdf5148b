-- phase: contract, unused since 0.1.0
-- Names that the field uses. Indexes, policies and foreign keys follow the tables and columns that they are on.
alter table organisations rename column founded_by to created_by;
alter index organisations_by_founder rename to organisations_by_creator;

alter table login_known rename to known_login_sources;
alter table known_login_sources rename constraint login_known_pkey to known_login_sources_pkey;
alter table known_login_sources rename constraint login_known_user_id_fkey to known_login_sources_user_id_fkey;
alter index login_known_subject rename to known_login_sources_subject;
alter index login_known_last rename to known_login_sources_last;
comment on table known_login_sources is
  'no-tenant: networks and devices that a person logged in from, hashed with their account';

alter table api_keys rename column made to sequence;
alter index api_keys_made rename to api_keys_sequence;

-- System purposes are named in the policies: retention deletes what expired, and each replica reads which keys there are.
select tidegate.protect('api_keys', 'retention', 'known-keys');
select tidegate.protect('invitations', 'retention');
