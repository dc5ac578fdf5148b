import type { ServerCheck } from '@tidegate/contracts/monitor-agent/server-check';
import type { Where } from '../../kernel/connection/connection-failure.rules.ts';
import { check, listed, quote } from './check.rules.ts';
import type { ServerFacts } from './server-report.rules.ts';

const DARK = 'their tables and indexes are not collected';

/** Databases that are never visited, by what keeps us out of them. */
export function closedChecks({ closedDatabases }: ServerFacts, { user }: Where): ServerCheck[] {
  const sql = (names: readonly string[], one: (name: string) => string) => names.map(quote).map(one).join('\n');
  const named = (why: string) => closedDatabases.flatMap((one) => (one.why === why ? [one.name] : []));
  const [forbidden, limited, invalid, closed] = ['connect', 'limit', 'invalid', 'closed'].map(named) as Names;
  return [
    check(forbidden.length === 0, 'databases_connect', 'The role may connect to the databases.', {
      severity: 'warning',
      code: 'databases_forbidden',
      what: `The role may not connect to ${listed(forbidden)}: ${DARK}.`,
      fixSql: sql(forbidden, (name) => `GRANT CONNECT ON DATABASE ${name} TO ${quote(user)};`),
    }),
    check(limited.length === 0, 'databases_limit', 'No database has a connection limit of 0.', {
      severity: 'warning',
      code: 'databases_limit_zero',
      what: `The connection limit of ${listed(limited)} is 0: ${DARK}.`,
      fixSql: sql(limited, (name) => `ALTER DATABASE ${name} CONNECTION LIMIT -1;`),
    }),
    check(invalid.length === 0, 'databases_valid', 'No database was dropped by halves.', {
      severity: 'warning',
      code: 'databases_invalid',
      what: `A DROP DATABASE was interrupted and left ${listed(invalid)} behind, which nobody can use any more.`,
      fixSql: sql(invalid, (name) => `DROP DATABASE ${name};`),
    }),
    check(closed.length === 0, 'databases_open', 'All databases take connections.', {
      severity: 'info',
      code: 'databases_closed',
      what: `Nobody may connect to ${listed(closed)}: ${DARK}.`,
      fixSql: sql(closed, (name) => `ALTER DATABASE ${name} ALLOW_CONNECTIONS true;`),
    }),
  ];
}

type Names = [string[], string[], string[], string[]];
