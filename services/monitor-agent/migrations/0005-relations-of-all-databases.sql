-- phase: contract, unused since 0.1.0
-- Tables and indexes of every database of a server: oids are unique within one database only. What was collected so
-- far does not say which database it belongs to; it is collected anew within a minute.
truncate tables, indexes, table_samples, index_samples, relation_looks;

alter table tables add column database_oid bigint not null,
  drop constraint tables_pkey, add primary key (org_id, server_id, database_oid, oid);

drop index indexes_table;
alter table indexes add column database_oid bigint not null,
  drop constraint indexes_pkey, add primary key (org_id, server_id, database_oid, oid);
create index indexes_table on indexes (org_id, server_id, database_oid, table_oid);

alter table table_samples add column database_oid bigint not null,
  drop constraint table_samples_pkey, add primary key (org_id, server_id, taken_at, database_oid);
alter table index_samples add column database_oid bigint not null,
  drop constraint index_samples_pkey, add primary key (org_id, server_id, taken_at, database_oid);

-- 0 where a kind is the server's as a whole. `identity` is the instance that was looked at: nothing is compared with
-- what another one answers at the same address.
alter table relation_looks add column database_oid bigint not null, add column identity text not null,
  drop constraint relation_looks_pkey, add primary key (org_id, server_id, kind, database_oid);
