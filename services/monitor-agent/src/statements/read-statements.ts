import { type Instance, identitySql, type StatementsExtension } from '../collection/instance.ts';
import type { ServerConnection } from '../connection/connect-server.ts';
import {
  needsAllRows,
  type StatementReading,
  type StatementScrape,
  type StatementState,
} from './statement-deltas.rules.ts';

/*
 * One look at pg_stat_statements, without texts (reading them would load the whole text file of the server).
 *
 * Only rows that differ from the previous look cross the wire: the server is given every row's key and total time and
 * leaves out what is still the same. With 4,900 statements, 300 of them busy, that saves four fifths of the work here
 * and a little there. When the numbers do not add up (something vanished, or was reset) all rows are read.
 *
 * A reset in the middle of the look would mix two epochs, so the extension's own state is asked for before and after.
 */
export async function readStatements(
  connection: ServerConnection,
  instance: Instance,
  state: StatementState | undefined,
): Promise<StatementScrape> {
  const extension = instance.statements;
  if (!extension) throw new Error('There is no pg_stat_statements in this database.');
  const known = state && state.entries.size > 0 ? state : undefined;
  const scrape = await look(connection, instance, extension, known);
  return needsAllRows(state, scrape) ? look(connection, instance, extension, undefined) : scrape;
}

const MAX_TRIES = 3;

async function look(
  connection: ServerConnection,
  instance: Instance,
  extension: StatementsExtension,
  state: StatementState | undefined,
): Promise<StatementScrape> {
  const columns = statementColumns(extension);
  for (let attempt = 1; attempt <= MAX_TRIES; attempt += 1) {
    const [[head], rows, [after]] = await Promise.all([
      connection.objects<Head>(headSql(instance, extension)),
      state
        ? connection.rows<unknown[]>(changedSql(extension, columns), knownRows(state, columns))
        : connection.rows<unknown[]>(allSql(extension, columns)),
      connection.objects<Info>(infoSql(extension)),
    ]);
    if (!head || !after) throw new Error('pg_stat_statements_info has no row.');
    if (head.stats_reset !== after.stats_reset) continue;
    const readings = rows.filter((row) => row[1] !== null).map((row) => toReading(row, columns.since !== undefined));
    const first = rows[0]?.[0] as number | undefined;
    return {
      identity: head.identity,
      statsReset: head.stats_reset,
      evictions: after.evictions,
      at: head.at,
      total: state ? (first ?? 0) : readings.length,
      full: !state,
      rows: readings,
    };
  }
  throw new Error('pg_stat_statements was reset again and again while it was being read.');
}

interface Info {
  stats_reset: number | null;
  evictions: number | null;
}
interface Head extends Info {
  identity: string;
  at: number;
}

const infoColumns = ({ columns, schema }: StatementsExtension) =>
  // The view with the extension's own state came in the same version as `toplevel`.
  columns.has('toplevel')
    ? `(extract(epoch from i.stats_reset) * 1000000)::int8 as stats_reset, i.dealloc as evictions
       from ${schema}.pg_stat_statements_info i`
    : 'null::int8 as stats_reset, null::int8 as evictions';

const infoSql = (extension: StatementsExtension) => `select ${infoColumns(extension)}`;

const headSql = (instance: Instance, extension: StatementsExtension) =>
  `select ${identitySql(instance.has.controlData)} as identity, (extract(epoch from clock_timestamp()) * 1000000)::int8 as at,
   ${infoColumns(extension)}`;

interface Columns {
  toplevel: string;
  /** In the order of STATEMENT_COUNTERS. */
  counters: string[];
  since: string | undefined;
}

export function statementColumns({ columns }: StatementsExtension): Columns {
  const sum = (...names: string[]) => names.filter((name) => columns.has(name)).join(' + ') || '0';
  return {
    toplevel: columns.has('toplevel') ? 'toplevel' : 'true',
    counters: [
      'calls',
      'plans',
      'rows',
      'total_exec_time',
      'total_plan_time',
      'shared_blks_hit',
      'shared_blks_read',
      'shared_blks_dirtied',
      'shared_blks_written',
      'local_blks_hit',
      'local_blks_read',
      'temp_blks_read',
      'temp_blks_written',
      // Until 16 one column for shared and local blocks; from 17 on one each.
      sum('blk_read_time', 'shared_blk_read_time', 'local_blk_read_time'),
      sum('blk_write_time', 'shared_blk_write_time', 'local_blk_write_time'),
      'wal_records',
      'wal_bytes',
    ],
    since: columns.has('stats_since') ? '(extract(epoch from stats_since) * 1000000)::int8' : undefined,
  };
}

/** Positions in STATEMENT_COUNTERS that PostgreSQL gives in milliseconds. */
const MILLISECONDS = new Set([3, 4, 13, 14]);
const COUNTERS_AT = 7;

const source = ({ schema }: StatementsExtension, { toplevel, counters, since }: Columns) =>
  `select dbid, userid, queryid, ${toplevel} as toplevel, min_exec_time as least, max_exec_time as most,
          ${counters.map((counter, index) => `${counter} as c${index}`).join(', ')},
          ${since ?? 'null::int8'} as since, total_exec_time + total_plan_time as total
     from ${schema}.pg_stat_statements(false) where queryid is not null`;

const output = ({ counters }: Columns) =>
  `s.dbid, s.userid, s.queryid::text, s.toplevel, s.least, s.most,
   ${counters.map((_, index) => `s.c${index}`).join(', ')}, s.since, s.total`;

const allSql = (extension: StatementsExtension, columns: Columns) =>
  `select null::int, ${output(columns)} from (${source(extension, columns)}) s`;

const changedSql = (extension: StatementsExtension, columns: Columns) => {
  const same = 'p.dbid = s.dbid and p.userid = s.userid and p.queryid = s.queryid and p.toplevel = s.toplevel';
  const alike = `${same} and p.total = s.total${columns.since ? ' and p.since = s.since' : ''}`;
  return `with s as materialized (${source(extension, columns)}),
    p as (select * from unnest($1::oid[], $2::oid[], $3::int8[], $4::bool[], $5::float8[]${columns.since ? ', $6::int8[]' : ''})
            as p(dbid, userid, queryid, toplevel, total${columns.since ? ', since' : ''})),
    changed as (select s.* from s left join p on ${alike} where p.dbid is null)
    select t.total, ${output(columns)} from (select count(*)::int as total from s) t left join changed s on true`;
};

function knownRows(state: StatementState, { since }: Columns): unknown[][] {
  const [dbids, userids, queryids, toplevels, totals, births]: [
    string[],
    string[],
    string[],
    string[],
    number[],
    number[],
  ] = [[], [], [], [], [], []];
  for (const row of state.entries.values()) {
    const { dbid, userid, queryid, toplevel } = parseKey(row.key);
    dbids.push(dbid);
    userids.push(userid);
    queryids.push(queryid);
    toplevels.push(toplevel);
    totals.push(row.totalMs);
    births.push(row.since ?? 0);
  }
  return [dbids, userids, queryids, toplevels, totals, ...(since ? [births] : [])];
}

function toReading(row: unknown[], tellsBirth: boolean): StatementReading {
  const [, dbid, userid, queryid, toplevel, least, most] = row as [
    unknown,
    number,
    number,
    string,
    boolean,
    number,
    number,
  ];
  const counters = (row.slice(COUNTERS_AT, -2) as number[]).map((value, index) =>
    MILLISECONDS.has(index) ? Math.round(value * 1_000) : value,
  );
  return {
    key: statementKey(dbid, userid, queryid, toplevel),
    counters,
    minMs: least,
    maxMs: most,
    totalMs: row.at(-1) as number,
    since: tellsBirth ? (row.at(-2) as number) : null,
  };
}

/** The full key: pg_stat_statements has one row for each. */
export const statementKey = (dbid: number, userid: number, queryid: string, toplevel: boolean): string =>
  `${dbid}/${userid}/${queryid}/${toplevel ? 't' : 'f'}`;

export function parseKey(key: string): { dbid: string; userid: string; queryid: string; toplevel: string } {
  const [dbid = '', userid = '', queryid = '', toplevel = ''] = key.split('/');
  return { dbid, userid, queryid, toplevel };
}
