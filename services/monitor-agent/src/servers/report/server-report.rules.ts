import type { TlsMode } from '@tidegate/contracts/monitor-agent/server';
import type { ServerCheck } from '@tidegate/contracts/monitor-agent/server-check';
import type { ServerReport } from '@tidegate/contracts/monitor-agent/server-test';
import { describeFailure, type FailureCode, type Where } from '../../kernel/connection/connection-failure.rules.ts';
import { check, failed, passed, quote } from './check.rules.ts';
import { closedChecks } from './closed-databases.rules.ts';
import { certificateChecks, roleChecks } from './role-checks.rules.ts';
import { statementChecks } from './statement-checks.rules.ts';

/*
 * What a server lacks, from facts that were read on it, and the SQL that fixes it. Every report contains every check,
 * so that a reader also sees what is fine.
 */
export interface ServerFacts {
  version: number;
  versionText: string;
  superuser: boolean;
  /** Member of pg_monitor or of what it consists of: sees the statements and sessions of others. */
  readsAllStats: boolean;
  /** Also where the membership is not inherited, so that it gives nothing. */
  belongsToStats: boolean;
  readsAllData: boolean;
  /** When the role's password ends to be valid; null: never. */
  validUntil: Date | null;
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
  /** Quoted. */
  statementsSchema: string | null;
  mayUseSchema: boolean;
  mayCallStatements: boolean;
  statementsTrack: string | null;
  /** Then nothing is counted, and no session says which statement it runs. */
  queryIdsOff: boolean;
  /** Databases that cannot be looked into, at the most MAX_CLOSED of them, and what keeps us out. */
  closedDatabases: { name: string; why: 'connect' | 'limit' | 'invalid' | 'closed' }[];
  /** How much text of statements there was when the collector last read texts, where that is known. */
  statementTextBytes?: number | null;
  trackCounts: boolean;
  trackActivities: boolean;
  trackIoTiming: boolean;
}

export interface Target extends Where {
  tlsMode: TlsMode;
  loopback: boolean;
  /** When the client certificate ends; null where there is none. */
  certificateUntil?: Date | null;
}

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
  'client_certificate_needed',
  'client_certificate_refused',
  'client_certificate_mismatch',
  'password_needed',
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

/** `uncollected`: of queries that were tried. */
export function reportOf(
  facts: ServerFacts,
  target: Target,
  at: string,
  uncollected: readonly ServerCheck[] = [],
): ServerReport {
  const checks = [
    passed('reach', `${target.host} port ${target.port} answers.`),
    tlsCheck(target),
    passed('login', `The role ${target.user} may connect to the database ${target.database}.`),
    passed('version', `PostgreSQL ${facts.versionText}.`),
    ...roleChecks(facts, target, at),
    ...certificateChecks(target, at),
    ...statementChecks(facts, target),
    ...settingChecks(facts),
    ...closedChecks(facts, target),
    ...unseenChecks(facts, target),
    ...uncollected,
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

/** What was missing before is known since then. */
export function sinceBefore(report: ServerReport, before: ServerReport | null): ServerReport {
  const known = new Map(before?.checks.map((one) => [`${one.id} ${one.code}`, one.since]));
  const checks = report.checks.map((one) =>
    one.ok ? one : { ...one, since: known.get(`${one.id} ${one.code}`) ?? one.since ?? report.takenAt },
  );
  return { ...report, checks };
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

/** What stays uncollected for an ordinary monitoring role. Reading all data is a choice that is not ours. */
function unseenChecks(facts: ServerFacts, { user }: Target): ServerCheck[] {
  const [choice, grant] =
    facts.version >= 140_000
      ? [
          'The grant lets the role read all tables, so it is your choice.',
          { fixSql: `GRANT pg_read_all_data TO ${quote(user)};` },
        ]
      : ['PostgreSQL 14 brings a role for it.', {}];
  const uncollected = (id: string, seen: string, missing: string) =>
    check(facts.readsAllData, id, seen, {
      severity: 'info',
      code: `${id}_uncollected`,
      what: `${missing} ${choice}`,
      ...grant,
    });
  return [
    uncollected(
      'bloat',
      'Column statistics are visible.',
      'Bloat stays unknown: the role does not see column statistics.',
    ),
    uncollected('explain', 'Plans can be asked for.', 'EXPLAIN is not available: the role may not read the tables.'),
    uncollected(
      'sequences',
      'Sequences are visible.',
      'How full sequences are stays unknown: the role may not read them.',
    ),
  ];
}
