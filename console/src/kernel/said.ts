import { FIELD_TEXTS } from '@tidegate/contracts/kernel/field-texts';
import { CONNECTION_TEXTS } from '@tidegate/contracts/monitor-agent/connection-texts';
import { FINDING_TEXTS } from '@tidegate/contracts/monitor-agent/finding-texts';
import { STATEMENT_TEXTS } from '@tidegate/contracts/monitor-agent/statement-texts';
import { WRAPAROUND_TEXTS } from '@tidegate/contracts/monitor-agent/wraparound-texts';

/* What the platform says in its own words, in English and with names and numbers in braces: loaded only to say it in another language. */

/** Of fields, by their code. */
export const FAULTS: Readonly<Record<string, readonly string[]>> = FIELD_TEXTS;

/** Of a server's test. `said.test.ts` looks whether the service still says so. */
export const CHECKS = [
  '{host} port {port} answers.',
  'TLS works.',
  'The role {user} may connect to the database {database}.',
  'PostgreSQL {version}.',
  'Encrypted, and the certificate is checked.',
  'On this machine; nothing travels over a network.',
  'Encrypted, but anybody in between could pretend to be the server. Choose tlsMode verify-full.',
  'Not encrypted: anybody in between reads along. Choose tlsMode verify-full.',
  '{name} is on.',
  '{name} is off: tables and indexes are not counted, and autovacuum does not work.',
  '{name} is off: sessions do not show what they do.',
  '{name} is off: times of reads and writes are unknown.',
  'Column statistics are visible.',
  'Bloat stays unknown: the role does not see column statistics. The grant lets the role read all tables, so it is your choice.',
  'Bloat stays unknown: the role does not see column statistics. PostgreSQL 14 brings a role for it.',
  'Plans can be asked for.',
  'EXPLAIN is not available: the role may not read the tables. The grant lets the role read all tables, so it is your choice.',
  'EXPLAIN is not available: the role may not read the tables. PostgreSQL 14 brings a role for it.',
  'Sequences are visible.',
  'How full sequences are stays unknown: the role may not read them. The grant lets the role read all tables, so it is your choice.',
  'How full sequences are stays unknown: the role may not read them. PostgreSQL 14 brings a role for it.',
  'The role is not a superuser.',
  'The role is a superuser. That works, but a role with pg_monitor is enough and safer.',
  'The role sees the activity of all roles.',
  'The role may open the connections it needs.',
  'The role may open one connection only. The collector needs it, so tests answer from what it saw last, and other databases are not looked into.',
  '{count} connections are free.',
  'Only {count} connections are free: applications, and this collector, may soon be refused.',
  'The role is not a member of pg_monitor: it sees only its own sessions and no statements of others.',
  'The role is a member of pg_monitor but does not inherit its rights (NOINHERIT): it sees only its own sessions and no statements of others.',
  'The password of the role does not expire soon.',
  'The password of the role is valid until {at}. After that nobody can log in with it, and PostgreSQL calls it wrong. Give the role a new one, or make it last.',
  'The client certificate of the role does not expire soon.',
  'The client certificate of the role {user} is valid until {at}. After that the server refuses it and nothing is collected. Give the next one: PATCH the server with tlsCert and tlsKey.',
  'pg_stat_statements is installed.',
  'The server has no pg_stat_statements: install its contrib package (on Debian it is part of postgresql).',
  'pg_stat_statements is loaded.',
  'pg_stat_statements is not loaded, so no statements are counted. The setting needs a restart.',
  'pg_stat_statements is not loaded, so no statements are counted. This role cannot see which libraries are loaded already: add it to them. The setting needs a restart.',
  'pg_stat_statements is created in this database.',
  'pg_stat_statements is not created in this database. Run this in it:',
  'Statements of all roles are visible.',
  'Statements of other roles are hidden from this role.',
  'The role may use the schema of pg_stat_statements.',
  'pg_stat_statements is in the schema {schema}, which the role may not use: statements, their texts and resets are not collected.',
  'The role may call pg_stat_statements.',
  'The role may not call pg_stat_statements: statements and their texts are not collected.',
  'Statements get ids.',
  'compute_query_id is off: pg_stat_statements counts nothing, and sessions do not say which statement they run.',
  'Statements are being counted.',
  'pg_stat_statements.track is none, so nothing is counted.',
  'Texts of statements can be read.',
  'pg_stat_statements is as new as the server.',
  'pg_stat_statements is of version {own}, {there} is there: it was not updated with the server.',
  'pg_stat_statements is of version {own}, {there} is there: it was not updated with the server. Before 1.8 it lacks what is needed: no statements are collected.',
  'The role may connect to the databases.',
  'The role may not connect to {names}: their tables and indexes are not collected.',
  'No database has a connection limit of 0.',
  'The connection limit of {names} is 0: their tables and indexes are not collected.',
  'No database was dropped by halves.',
  'A DROP DATABASE was interrupted and left {names} behind, which nobody can use any more.',
  'All databases take connections.',
  'Nobody may connect to {names}: their tables and indexes are not collected.',
] as const;

/** Those with the fewest names in braces first: they say the most. */
export const SAID: readonly string[] = [
  ...Object.values(FINDING_TEXTS),
  ...Object.values(STATEMENT_TEXTS),
  ...Object.values(WRAPAROUND_TEXTS),
  ...Object.values(CONNECTION_TEXTS),
  ...CHECKS,
].toSorted((one, other) => one.split('{').length - other.split('{').length || other.length - one.length);
