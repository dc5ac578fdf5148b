-- phase: contract, unused since 0.1.0
-- Our own name of a query, whatever the parser of the day makes of it: fingerprints of different versions of the parser
-- cannot be compared, so each version has rows of its own that lead to the same key.
create table query_keys (
  org_id uuid not null,
  server_id uuid not null,
  fingerprint_version smallint not null,
  fingerprint text not null,
  query_key uuid not null,
  primary key (org_id, server_id, fingerprint_version, fingerprint),
  foreign key (org_id, server_id) references servers (org_id, id) on delete cascade
);
select tidegate.protect('query_keys');

alter table statements add column query_key uuid;
create index statements_query_key on statements (org_id, server_id, query_key) where query_key is not null;
-- Texts had `?` for constants, which cannot be parsed: those that the server still has are read anew.
update statements set text = null where gone_at is null;

-- How much text the server had when texts were last read; null: not since its statements were last set back.
alter table statement_looks add column text_bytes bigint;
-- Version of the fingerprints that the texts of this server have; another one than the service's: hash them again.
alter table statement_looks add column fingerprint_version smallint;
