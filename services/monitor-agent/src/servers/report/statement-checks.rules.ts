import type { ServerCheck } from '@tidegate/contracts/monitor-agent/server-check';
import type { Where } from '../../kernel/connection/connection-failure.rules.ts';
import { MAX_TEXT_BYTES } from '../../kernel/scrubbing/text-limits.rules.ts';
import { check, literal, quote } from './check.rules.ts';
import type { ServerFacts } from './server-report.rules.ts';

/** Everything that has to be in place for statements to be counted, read and named. */
export function statementChecks(facts: ServerFacts, { user }: Where): ServerCheck[] {
  const others = (facts.preloadLibraries ?? '')
    .split(',')
    .map((library) => library.trim())
    .filter(Boolean);
  // One literal for each: a single one with commas is taken for one library's name, and the server would not start.
  const libraries = [...others, 'pg_stat_statements'].map(literal).join(', ');
  const known = facts.preloadLibraries !== null;
  return [
    check(facts.statementsAvailable !== null, 'statements_installed', 'pg_stat_statements is installed.', {
      severity: 'warning',
      code: 'statements_not_installed',
      what: 'The server has no pg_stat_statements: install its contrib package (on Debian it is part of postgresql).',
    }),
    check(facts.statementsLoaded, 'statements_preloaded', 'pg_stat_statements is loaded.', {
      severity: 'warning',
      code: 'statements_not_preloaded',
      what: `pg_stat_statements is not loaded, so no statements are counted. ${
        known ? '' : 'This role cannot see which libraries are loaded already: add it to them. '
      }The setting needs a restart.`,
      ...(known ? { fixSql: `ALTER SYSTEM SET shared_preload_libraries = ${libraries};` } : {}),
      restart: true,
    }),
    check(facts.statementsVersion !== null, 'statements_created', 'pg_stat_statements is created in this database.', {
      severity: 'warning',
      code: 'statements_not_created',
      what: 'pg_stat_statements is not created in this database. Run this in it:',
      fixSql: 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements;',
    }),
    check(
      facts.readsAllStats || facts.statementsVersion === null,
      'statements_visible',
      'Statements of all roles are visible.',
      {
        severity: 'warning',
        code: 'statements_hidden',
        what: 'Statements of other roles are hidden from this role.',
        fixSql: `GRANT pg_read_all_stats TO ${quote(user)};`,
      },
    ),
    check(facts.mayUseSchema, 'statements_schema', 'The role may use the schema of pg_stat_statements.', {
      severity: 'warning',
      code: 'statements_schema_forbidden',
      what: `pg_stat_statements is in the schema ${facts.statementsSchema}, which the role may not use: statements, their texts and resets are not collected.`,
      fixSql: `GRANT USAGE ON SCHEMA ${facts.statementsSchema} TO ${quote(user)};`,
    }),
    check(facts.mayCallStatements, 'statements_callable', 'The role may call pg_stat_statements.', {
      severity: 'warning',
      code: 'statements_function_revoked',
      what: 'The role may not call pg_stat_statements: statements and their texts are not collected.',
      fixSql: `GRANT EXECUTE ON FUNCTION ${facts.statementsSchema}.pg_stat_statements(boolean) TO ${quote(user)};`,
    }),
    ageCheck(facts),
    check(!facts.queryIdsOff, 'query_ids', 'Statements get ids.', {
      severity: 'warning',
      code: 'query_ids_off',
      what: 'compute_query_id is off: pg_stat_statements counts nothing, and sessions do not say which statement they run.',
      fixSql: "ALTER SYSTEM SET compute_query_id = 'auto';\nSELECT pg_reload_conf();",
    }),
    check(facts.statementsTrack !== 'none', 'statements_track', 'Statements are being counted.', {
      severity: 'warning',
      code: 'statements_track_none',
      what: 'pg_stat_statements.track is none, so nothing is counted.',
      fixSql: "ALTER SYSTEM SET pg_stat_statements.track = 'top';\nSELECT pg_reload_conf();",
    }),
    textsCheck(facts),
  ];
}

function textsCheck({ statementTextBytes: bytes }: ServerFacts): ServerCheck {
  const megabytes = Math.round((bytes ?? 0) / 1024 / 1024);
  return check((bytes ?? 0) <= MAX_TEXT_BYTES, 'statement_texts', 'Texts of statements can be read.', {
    severity: 'warning',
    code: 'statement_texts_too_large',
    what: `The server keeps ${megabytes} MB of statements' texts, and PostgreSQL reads all of them whenever one is asked for. So texts of new statements are no longer read, to spare the server; counters continue. Texts are read again once the statements have been reset.`,
    fixSql: 'SELECT pg_stat_statements_reset();',
  });
}

/** 1.8 came with PostgreSQL 13; older ones lack columns that everything goes by. */
function ageCheck({ statementsVersion, statementsAvailable }: ServerFacts): ServerCheck {
  const fixSql = 'ALTER EXTENSION pg_stat_statements UPDATE;';
  const [major = 0, minor = 0] = (statementsVersion ?? '1.8').split('.').map(Number);
  const isTooOld = major < 1 || (major === 1 && minor < 8);
  const upToDate =
    statementsVersion === null || statementsAvailable === null || statementsVersion === statementsAvailable;
  const what = `pg_stat_statements is of version ${statementsVersion}, ${statementsAvailable} is there: it was not updated with the server.`;
  return check(upToDate && !isTooOld, 'statements_current', 'pg_stat_statements is as new as the server.', {
    severity: isTooOld ? 'warning' : 'info',
    code: isTooOld ? 'statements_too_old' : 'statements_outdated',
    what: isTooOld ? `${what} Before 1.8 it lacks what is needed: no statements are collected.` : what,
    fixSql,
  });
}
