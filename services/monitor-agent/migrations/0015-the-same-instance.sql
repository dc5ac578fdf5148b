-- phase: contract, unused since 0.1.0
-- An instance is a cluster and a postmaster, not an address and a timeline (life.rules.ts), and every view says when it
-- was set back.
alter table server_epochs
  add column opened_at bigint,
  add column resets jsonb not null default '{}',
  -- By oid; null: not remembered.
  add column database_resets jsonb,
  add column in_recovery boolean,
  drop column counters_reset_at;
-- What a reset of counters set back.
alter table server_markers add column set_back text[] not null default '{}';

-- What is gone keeps its name for as long as there are figures of it.
alter table databases add column gone_at timestamptz;
alter table tables add column gone_at timestamptz;
alter table indexes add column gone_at timestamptz;

-- The partitioned table or index that one belongs to, directly or over others.
alter table tables add column root_oid bigint;
alter table indexes add column root_oid bigint, add column is_partitioned boolean not null default false;

-- Sessions that are no client's: they are counted apart.
alter table activity_samples add column others int not null default 0;

-- Identities began with the cluster's identifier, where it was known, followed by timeline and address. The owner of
-- these tables is bound by their policies only while they are forced.
alter table server_epochs no force row level security;
alter table statement_looks no force row level security;
alter table relation_looks no force row level security;
alter table wraparound_samples no force row level security;
update server_epochs set identity = 'system/' || split_part(identity, '/', 1) where identity ~ '^[0-9]{10,}/';
update statement_looks set identity = 'system/' || split_part(identity, '/', 1) where identity ~ '^[0-9]{10,}/';
update relation_looks set identity = 'system/' || split_part(identity, '/', 1) where identity ~ '^[0-9]{10,}/';
update wraparound_samples set identity = 'system/' || split_part(identity, '/', 1)
 where identity ~ '^[0-9]{10,}/' and taken_at > now() - interval '2 days';
update server_epochs set identity = 'address/' || identity where identity not like 'system/%';
update statement_looks set identity = 'address/' || identity where identity not like 'system/%';
update relation_looks set identity = 'address/' || identity where identity not like 'system/%';
update relation_looks set life = null;
alter table server_epochs force row level security;
alter table statement_looks force row level security;
alter table relation_looks force row level security;
alter table wraparound_samples force row level security;
