import type { ServerCheck } from '@tidegate/contracts/monitor-agent/server-check';
import type { Where } from '../../kernel/connection/connection-failure.rules.ts';
import { check, type Finding, quote } from './check.rules.ts';
import type { ServerFacts, Target } from './server-report.rules.ts';

/** What the role is, may do, and for how long. */
export function roleChecks(facts: ServerFacts, { user }: Where, at: string): ServerCheck[] {
  return [
    check(!facts.superuser, 'role', 'The role is not a superuser.', {
      severity: 'info',
      code: 'superuser',
      what: 'The role is a superuser. That works, but a role with pg_monitor is enough and safer.',
      fixSql: `CREATE ROLE tidegate LOGIN PASSWORD '…' CONNECTION LIMIT 3;\nGRANT pg_monitor TO tidegate;`,
    }),
    check(
      facts.readsAllStats,
      'monitoring_role',
      'The role sees the activity of all roles.',
      notMonitoring(facts, user),
    ),
    expiryCheck(facts, user, at),
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

function notMonitoring(facts: ServerFacts, user: string): Omit<Finding, 'id'> {
  if (!facts.belongsToStats) {
    return {
      severity: 'warning',
      code: 'pg_monitor_missing',
      what: 'The role is not a member of pg_monitor: it sees only its own sessions and no statements of others.',
      fixSql: `GRANT pg_monitor TO ${quote(user)};`,
    };
  }
  return {
    severity: 'warning',
    code: 'pg_monitor_not_inherited',
    what: 'The role is a member of pg_monitor but does not inherit its rights (NOINHERIT): it sees only its own sessions and no statements of others.',
    // Since 16 each grant says for itself whether it is inherited.
    fixSql:
      facts.version >= 160_000
        ? `GRANT pg_monitor TO ${quote(user)} WITH INHERIT TRUE;`
        : `ALTER ROLE ${quote(user)} INHERIT;\nGRANT pg_monitor TO ${quote(user)};`,
  };
}

const SOON_MS = 14 * 24 * 3_600_000;

function expiryCheck({ validUntil }: ServerFacts, user: string, at: string): ServerCheck {
  const lasts = validUntil === null || validUntil.getTime() - Date.parse(at) > SOON_MS;
  return check(lasts, 'password_expiry', 'The password of the role does not expire soon.', {
    severity: 'warning',
    code: 'password_expires',
    what: `The password of the role is valid until ${validUntil?.toISOString()}. After that nobody can log in with it, and PostgreSQL calls it wrong. Give the role a new one, or make it last.`,
    fixSql: `ALTER ROLE ${quote(user)} VALID UNTIL 'infinity';`,
  });
}

/** Only where the role proves itself with one. */
export function certificateChecks({ certificateUntil, user }: Target, at: string): ServerCheck[] {
  if (!certificateUntil) return [];
  const lasts = certificateUntil.getTime() - Date.parse(at) > SOON_MS;
  return [
    check(lasts, 'client_certificate_expiry', 'The client certificate of the role does not expire soon.', {
      severity: 'warning',
      code: 'client_certificate_expires',
      what: `The client certificate of the role ${user} is valid until ${certificateUntil.toISOString()}. After that the server refuses it and nothing is collected. Give the next one: PATCH the server with tlsCert and tlsKey.`,
    }),
  ];
}
