import type { TlsMode } from '@tidegate/contracts/monitor-agent/server';
import type { ServerCheck, ServerReport } from '@tidegate/contracts/monitor-agent/server-test';
import { MAX_TEXT_BYTES } from '../statements/text-limits.rules.ts';
import { describeFailure, type FailureCode, type Where } from './connection-failure.rules.ts';

/*
 * What a server lacks, from facts that were read on it, and the SQL that mends it. Each check is asked in every
 * report, so that a reader sees what is fine as well.
 */
export interface ServerFacts {
  version: number;
  versionText: string;
  superuser: boolean;
  /** Member of pg_monitor or of what it consists of: sees the statements and sessions of others. */
  readsAllStats: boolean;
  readsAllData: boolean;
  /** CONNECTION LIMIT of the role; −1 is none. */
  connectionLimit: number;
  /** Connections that ordinary roles may still open. */
  connectionsLeft: number;
  /** null: the role may not see the setting. */
  preloadLibraries: string | null;
  statementsLoaded: boolean;
  /** Installed on the machine: the version that CREATE EXTENSION would give; null: the contrib package is missing. */
  statementsAvailable: string | null;
  /** Created in this database. */
  statementsVersion: string | null;
  statementsTrack: string | null;
  /** How much text of statements there was when the collector last read texts, where that is known. */
  statementTextBytes?: number | null;
  trackCounts: boolean;
  trackActivities: boolean;
  trackIoTiming: boolean;
}

export interface Target extends Where {
  tlsMode: TlsMode;
  loopback: boolean;
}

type Finding = Omit<ServerCheck, 'ok' | 'severity'> & { severity: ServerCheck['severity'] };

const passed = (id: string, what: string): ServerCheck => ({ id, ok: true, severity: 'info', what });
const failed = (finding: Finding): ServerCheck => ({ ok: false, ...finding });
const check = (ok: boolean, id: string, what: string, otherwise: Omit<Finding, 'id'>): ServerCheck =>
  ok ? passed(id, what) : failed({ id, ...otherwise });

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const STAGES = ['reach', 'tls', 'login', 'version'] as const;
type Stage = (typeof STAGES)[number];

/** How far a failing connection came. */
function stageOf(code: FailureCode): Stage {
  if (code.startsWith('tls_')) return 'tls';
  if (code === 'version_unsupported') return 'version';
  return LOGIN.has(code) ? 'login' : 'reach';
}
const LOGIN = new Set<FailureCode>([
  'password_wrong',
  'login_refused',
  'login_timeout',
  'client_certificate_unsupported',
  'session_unsafe',
  'cleartext_refused',
  'authentication_unsupported',
  'database_not_found',
  'database_forbidden',
  'too_many_connections',
  'too_many_own_sessions',
  'pooler',
  'answer_timeout',
  'server_error',
]);

export function reportOfFailure(code: FailureCode, target: Target, at: string): ServerReport {
  const stage = stageOf(code);
  const before = STAGES.slice(0, STAGES.indexOf(stage)).filter((id) => id !== 'tls' || target.tlsMode !== 'disable');
  const { what } = describeFailure(code, target);
  const fixSql = fixOf(code, target);
  const checks = [
    ...before.map((id) => passed(id, id === 'reach' ? `${target.host} port ${target.port} answers.` : 'TLS works.')),
    failed({ id: stage, severity: 'error', code, what, ...(fixSql ? { fixSql } : {}) }),
  ];
  return { ok: false, usable: false, version: null, takenAt: at, checks };
}

function fixOf(code: FailureCode, { user, database }: Where): string | undefined {
  if (code === 'database_forbidden') return `GRANT CONNECT ON DATABASE ${quote(database)} TO ${quote(user)};`;
  if (code === 'too_many_connections') return `ALTER ROLE ${quote(user)} CONNECTION LIMIT 3;`;
  return undefined;
}

export function reportOf(facts: ServerFacts, target: Target, at: string): ServerReport {
  const checks = [
    passed('reach', `${target.host} port ${target.port} answers.`),
    tlsCheck(target),
    passed('login', `The role ${target.user} may connect to the database ${target.database}.`),
    passed('version', `PostgreSQL ${facts.versionText}.`),
    ...roleChecks(facts, target),
    ...statementChecks(facts, target),
    ...settingChecks(facts),
    ...darkChecks(facts, target),
  ];
  const bad = checks.filter((one) => !one.ok);
  return {
    ok: bad.every((one) => one.severity === 'info'),
    usable: bad.every((one) => one.severity !== 'error'),
    version: facts.versionText,
    takenAt: at,
    checks,
  };
}

function tlsCheck({ tlsMode, loopback }: Target): ServerCheck {
  if (tlsMode === 'verify-full' || tlsMode === 'verify-ca')
    return passed('tls', 'Encrypted, and the certificate is checked.');
  if (loopback) return passed('tls', 'On this machine; nothing travels over a network.');
  const what =
    tlsMode === 'require'
      ? 'Encrypted, but anybody in between could pretend to be the server. Choose tlsMode verify-full.'
      : 'Not encrypted: anybody in between reads along. Choose tlsMode verify-full.';
  return failed({ id: 'tls', severity: 'warning', code: tlsMode === 'require' ? 'tls_unverified' : 'tls_off', what });
}

function roleChecks(facts: ServerFacts, { user }: Target): ServerCheck[] {
  return [
    check(!facts.superuser, 'role', 'The role is not a superuser.', {
      severity: 'info',
      code: 'superuser',
      what: 'The role is a superuser. That works, but a role with pg_monitor is enough and safer.',
      fixSql: `CREATE ROLE tidegate LOGIN PASSWORD '…' CONNECTION LIMIT 3;\nGRANT pg_monitor TO tidegate;`,
    }),
    check(facts.readsAllStats, 'monitoring_role', 'The role sees the activity of all roles.', {
      severity: 'warning',
      code: 'pg_monitor_missing',
      what: 'The role is not a member of pg_monitor: it sees only its own sessions and no statements of others.',
      fixSql: `GRANT pg_monitor TO ${quote(user)};`,
    }),
    check(
      facts.connectionLimit < 0 || facts.connectionLimit > 1,
      'connection_limit',
      'The role may open the connections it needs.',
      {
        severity: 'info',
        code: 'connection_limit_low',
        what: 'The role may open one connection only. The collector needs it, so tests answer from what it saw last, and other databases are not looked into.',
        fixSql: `ALTER ROLE ${quote(user)} CONNECTION LIMIT 3;`,
      },
    ),
    check(facts.connectionsLeft > 3, 'connections', `${facts.connectionsLeft} connections are free.`, {
      severity: 'warning',
      code: 'connections_scarce',
      what: `Only ${facts.connectionsLeft} connections are free: applications, and this collector, may soon be refused.`,
    }),
  ];
}

function statementChecks(facts: ServerFacts, { user }: Target): ServerCheck[] {
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
    check(upToDate(facts), 'statements_current', 'pg_stat_statements is as new as the server.', {
      severity: 'info',
      code: 'statements_outdated',
      what: `pg_stat_statements is of version ${facts.statementsVersion}, ${facts.statementsAvailable} is there: it was not updated with the server.`,
      fixSql: 'ALTER EXTENSION pg_stat_statements UPDATE;',
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
    what: `The server keeps ${megabytes} MB of statements' texts, and PostgreSQL reads all of them whenever one is asked for. So texts of new statements are not asked for any more, to spare the server; counters go on. Texts are asked for again once the statements have been reset.`,
    fixSql: 'SELECT pg_stat_statements_reset();',
  });
}

const upToDate = ({ statementsVersion, statementsAvailable }: ServerFacts): boolean =>
  statementsVersion === null || statementsAvailable === null || statementsVersion === statementsAvailable;

function settingChecks(facts: ServerFacts): ServerCheck[] {
  const setting = (ok: boolean, name: string, severity: ServerCheck['severity'], missing: string) =>
    check(ok, name, `${name} is on.`, {
      severity,
      code: `${name}_off`,
      what: `${name} is off: ${missing}`,
      fixSql: `ALTER SYSTEM SET ${name} = on;\nSELECT pg_reload_conf();`,
    });
  return [
    setting(
      facts.trackCounts,
      'track_counts',
      'warning',
      'tables and indexes are not counted, and autovacuum does not work.',
    ),
    setting(facts.trackActivities, 'track_activities', 'warning', 'sessions do not show what they do.'),
    setting(facts.trackIoTiming, 'track_io_timing', 'info', 'times of reads and writes are unknown.'),
  ];
}

/** What stays dark for an ordinary monitoring role. Reading all data is a choice that is not ours. */
function darkChecks(facts: ServerFacts, { user }: Target): ServerCheck[] {
  const [choice, grant] =
    facts.version >= 140_000
      ? [
          'The grant lets the role read all tables, so it is your choice.',
          { fixSql: `GRANT pg_read_all_data TO ${quote(user)};` },
        ]
      : ['PostgreSQL 14 brings a role for it.', {}];
  const dark = (id: string, seen: string, missing: string) =>
    check(facts.readsAllData, id, seen, {
      severity: 'info',
      code: `${id}_dark`,
      what: `${missing} ${choice}`,
      ...grant,
    });
  return [
    dark('bloat', 'Column statistics are visible.', 'Bloat stays unknown: the role does not see column statistics.'),
    dark('explain', 'Plans can be asked for.', 'EXPLAIN is not available: the role may not read the tables.'),
    dark('sequences', 'Sequences are visible.', 'How full sequences are stays unknown: the role may not read them.'),
  ];
}
