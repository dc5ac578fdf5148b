import type { ServerCheck } from '@tidegate/contracts/monitor-agent/server-check';
import { describeFailure, isFailureCode, type Where } from '../../kernel/connection/connection-failure.rules.ts';
import { sqlstateOf, type Uncollected } from '../../kernel/schedule/uncollected.rules.ts';
import { failed, listed, quote } from './check.rules.ts';

/*
 * Queries without an answer, in words: what is not collected, what PostgreSQL says, and the SQL that fixes it, where
 * known. A query without a text is reported under its own name.
 */
const WHAT: ReadonlyMap<string, string> = new Map([
  ['activity', 'Sessions, waits and who blocks whom'],
  ['statements', 'Statements'],
  ['texts', 'Texts of new statements'],
  ['databases', 'Figures of databases'],
  ['tables', 'Tables of the connected database'],
  ['indexes', 'Indexes of the connected database'],
  ['epochs', 'Crashes, restarts and resets of counters'],
  ['sizes', 'Sizes'],
  ['wraparound', 'Ages of transaction ids'],
  ['facts', 'Changes of what the server is and lacks'],
]);

/** By the SQLSTATE or the first letters of it. */
const WHY: readonly (readonly [sqlstate: string, why: string])[] = [
  ['42501', 'permission is denied'],
  ['42703', 'a column is missing'],
  ['42883', 'a function is missing'],
  ['42P01', 'a table or view is missing'],
  ['3F000', 'a schema is missing'],
  ['22021', 'a text is not valid in the encoding of the database'],
  ['22P05', 'a text cannot be converted to the encoding of the database'],
  ['57014', 'it took longer than 5 seconds'],
  ['55P03', 'a lock was held'],
  ['53300', 'no connection was free'],
  ['53', 'the server lacks memory, disk or connections'],
  ['40', 'it was cancelled because of a conflict'],
  ['55000', 'it is not available as the server is set up'],
  ['XX', 'the server met an error of its own, which may mean damaged data'],
];

export const QUERY_FAILED = 'query_failed';

export function uncollectedChecks(uncollected: readonly Uncollected[], where: Where): ServerCheck[] {
  const groups = new Map<string, Uncollected[]>();
  for (const one of uncollected) {
    const key = one.database === null ? one.query : `${one.query} ${one.code}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => uncollectedCheck(group, where));
}

function uncollectedCheck(group: readonly Uncollected[], where: Where): ServerCheck {
  const [one] = group as [Uncollected];
  const sqlstate = sqlstateOf(one);
  const names = group.flatMap(({ database }) => database ?? []);
  const subject = names.length > 0 ? `Tables and indexes of ${listed(names)}` : (WHAT.get(one.query) ?? one.query);
  const fixSql = cureOf(one, names, where);
  return failed({
    id: `query_${one.query}`,
    severity: 'warning',
    code: QUERY_FAILED,
    what: `${subject}: not collected, because ${whyOf(one, where)}.`,
    since: new Date(Math.min(...group.map(({ since }) => since))).toISOString(),
    nextTryAt: new Date(Math.min(...group.map(({ nextTryAt }) => nextTryAt))).toISOString(),
    ...(sqlstate ? { sqlstate } : {}),
    ...(fixSql ? { fixSql } : {}),
  });
}

function whyOf({ code, database }: Uncollected, where: Where): string {
  const known = WHY.find(([sqlstate]) => code.startsWith(sqlstate))?.[1];
  if (known) return `${known} (SQLSTATE ${code})`;
  if (isFailureCode(code)) {
    return `of ${code}: ${describeFailure(code, { ...where, database: database ?? where.database }).what.replace(/\.$/, '')}`;
  }
  return code === 'unknown' ? 'the answer could not be understood' : `the server answers with SQLSTATE ${code}`;
}

const TEXTS_ELSEWHERE = `-- In a database with the encoding SQL_ASCII, which takes every byte; this makes one:
CREATE DATABASE tidegate_texts TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C';
-- and then in it:
CREATE EXTENSION pg_stat_statements;`;

function cureOf({ query, code }: Uncollected, names: readonly string[], { user }: Where): string | undefined {
  if (code === '22021' || code === '22P05') return query === 'texts' ? TEXTS_ELSEWHERE : undefined;
  if (names.length > 0) {
    if (code !== 'database_forbidden' && code !== '42501') return undefined;
    return names.map((name) => `GRANT CONNECT ON DATABASE ${quote(name)} TO ${quote(user)};`).join('\n');
  }
  return code === '42501' ? `GRANT pg_monitor TO ${quote(user)};` : undefined;
}
