import { bigintArray } from '../kernel/connection/binary-arrays.ts';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { micros } from '../kernel/connection/micros.ts';
import { following, type Instance, identitySql } from '../kernel/instance/instance.queries.ts';
import { recoveryBetween } from '../kernel/instance/reset-epoch.rules.ts';
import {
  callInfo,
  callStatements,
  fixed,
  type StatementsExtension,
} from '../kernel/instance/statements-extension.queries.ts';
import {
  needsAllRows,
  type StatementReading,
  type StatementScrape,
  type StatementState,
} from './statement-deltas.rules.ts';
import { statementKey } from './statement-key.rules.ts';

/*
 * One snapshot of pg_stat_statements, without texts (reading them would load the whole text file of the server).
 *
 * Only rows that differ from the previous snapshot cross the wire: the server is given a checksum of every row and
 * leaves out what is still the same. With 4,900 statements, 300 of them busy, that saves four fifths of the work here
 * and half of it there. When the numbers do not add up (something vanished, or was reset) all rows are read.
 *
 * A reset in the middle of the snapshot would mix two epochs, so the extension's own state is asked for before and after.
 */
export async function readStatements(
  connection: ServerConnection,
  instance: Instance,
  state: StatementState | undefined,
): Promise<StatementScrape> {
  return following(connection, instance, (extension) => readFrom(connection, instance, extension, state));
}

async function readFrom(
  connection: ServerConnection,
  instance: Instance,
  extension: StatementsExtension,
  state: StatementState | undefined,
): Promise<StatementScrape> {
  const known = state && state.entries.size > 0 ? state : undefined;
  const scrape = await snapshot(connection, instance, extension, known);
  const untold = extension.hasInfo ? {} : { statsReset: resetByCrash(state, instance) };
  if (!needsAllRows(state, { ...scrape, ...untold })) return { ...scrape, ...untold };
  return { ...(await snapshot(connection, instance, extension, undefined)), ...untold };
}

/** Where the extension does not tell: of all the ways to lose all rows a crash is the one that leaves a trace elsewhere. */
function resetByCrash(state: StatementState | undefined, { resetEpoch }: Instance): number | null {
  const crashedAt = state?.resetEpoch ? recoveryBetween(state.resetEpoch, resetEpoch) : null;
  return crashedAt ?? state?.statsReset ?? null;
}

const MAX_TRIES = 3;

async function snapshot(
  connection: ServerConnection,
  instance: Instance,
  extension: StatementsExtension,
  state: StatementState | undefined,
): Promise<StatementScrape> {
  const columns = statementColumns(extension);
  const [headQuery, query, infoQuery] = await Promise.all([
    fixed(connection, extension, headSql(instance, extension)),
    fixed(connection, extension, state ? changedSql(extension, columns) : allSql(extension, columns)),
    fixed(connection, extension, infoSql(extension)),
  ]);
  for (let attempt = 1; attempt <= MAX_TRIES; attempt += 1) {
    const [[head], rows, [after]] = await Promise.all([
      connection.objects<Head>(headQuery),
      connection.rows<unknown[]>(query, state ? [bigintArray(state.entries.checksums)] : []),
      connection.objects<Info>(infoQuery),
    ]);
    if (!head || !after) throw new Error('pg_stat_statements_info has no row.');
    if (head.stats_reset !== after.stats_reset) continue;
    const readings = rows.filter((row) => row[0] !== null).map((row) => toReading(row, columns.since !== undefined));
    const known = state?.entries.size ?? 0;
    const unmatched = rows.length - readings.length;
    return {
      identity: head.identity,
      statsReset: head.stats_reset,
      evictions: after.evictions,
      at: head.at,
      total: known - unmatched + readings.length,
      full: !state,
      rows: readings,
      resetEpoch: instance.resetEpoch,
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

const infoColumns = (extension: StatementsExtension) =>
  extension.hasInfo
    ? `${micros('i.stats_reset')} as stats_reset, i.dealloc as evictions from ${callInfo(extension)} as i`
    : 'null::int8 as stats_reset, null::int8 as evictions';

const infoSql = (extension: StatementsExtension) => `select ${infoColumns(extension)}`;

const headSql = (instance: Instance, extension: StatementsExtension) =>
  `select ${identitySql(instance.has.controlData)} as identity, ${micros('clock_timestamp()')} as at,
   ${infoColumns(extension)}`;

interface Columns {
  toplevel: string;
  /** In the order of STATEMENT_COUNTERS. */
  counters: string[];
  since: string | undefined;
}

export function statementColumns({ columns }: StatementsExtension): Columns {
  const sum = (...names: string[]) =>
    names.flatMap((name) => (columns.has(name) ? [`s.${name}`] : [])).join(' + ') || '0';
  return {
    toplevel: columns.has('toplevel') ? 's.toplevel' : 'true',
    counters: [
      's.calls',
      's.plans',
      's.rows',
      's.total_exec_time',
      's.total_plan_time',
      's.shared_blks_hit',
      's.shared_blks_read',
      's.shared_blks_dirtied',
      's.shared_blks_written',
      's.local_blks_hit',
      's.local_blks_read',
      's.temp_blks_read',
      's.temp_blks_written',
      // Until 16 one column for shared and local blocks; from 17 on one each.
      sum('blk_read_time', 'shared_blk_read_time', 'local_blk_read_time'),
      sum('blk_write_time', 'shared_blk_write_time', 'local_blk_write_time'),
      's.wal_records',
      's.wal_bytes',
    ],
    since: columns.has('stats_since') ? 's.stats_since' : undefined,
  };
}

/** Positions in STATEMENT_COUNTERS that PostgreSQL gives in milliseconds. */
const MILLISECONDS = new Set([3, 4, 13, 14]);
const COUNTERS_AT = 7;

/**
 * Of what identifies the row, combined, and of the time that it has taken so far, which no call leaves as it is.
 * That every row is hashed once, and no instant is computed, saves a seventh of the whole snapshot.
 */
const checksum = ({ toplevel }: Columns): string => {
  const nested = toplevel === 'true' ? '' : ` # (${toplevel}::int::int8 << 62)`;
  const key = `s.queryid # (s.dbid::int8 << 32) # s.userid::int8${nested}`;
  return `hashfloat8extended(s.total_exec_time + s.total_plan_time, ${key})`;
};

const source = (extension: StatementsExtension, columns: Columns) =>
  `(select s.*, ${checksum(columns)} as checksum
      from ${callStatements(extension, { texts: false })} s where s.queryid is not null) s`;

const output = ({ toplevel, counters, since }: Columns) =>
  `s.dbid, s.userid, s.queryid::text, ${toplevel}, s.checksum::text, s.min_exec_time, s.max_exec_time, ${counters.join(', ')},
   ${since ? micros(since) : 'null'}, s.total_exec_time + s.total_plan_time`;

const allSql = (extension: StatementsExtension, columns: Columns) =>
  `select ${output(columns)} from ${source(extension, columns)}`;

/**
 * What has changed stands unmatched on both sides: the row as it is now, and (all null here) the one that we knew. So
 * how many there are in all need not be counted: known − unmatched there + unmatched here.
 */
const changedSql = (extension: StatementsExtension, columns: Columns) =>
  `select ${output(columns)} from ${source(extension, columns)}
     full join unnest($1::int8[]) as p(checksum) on p.checksum = s.checksum
    where s.checksum is null or p.checksum is null`;

function toReading(row: unknown[], reportsBirth: boolean): StatementReading {
  const [dbid, userid, queryid, toplevel, checksum, least, most] = row as [
    number,
    number,
    string,
    boolean,
    string,
    number,
    number,
  ];
  const counters = (row.slice(COUNTERS_AT, -2) as number[]).map((value, index) =>
    MILLISECONDS.has(index) ? Math.round(value * 1_000) : value,
  );
  return {
    key: statementKey(dbid, userid, queryid, toplevel),
    checksum: BigInt(checksum),
    counters,
    minMs: least,
    maxMs: most,
    totalMs: row.at(-1) as number,
    since: reportsBirth ? (row.at(-2) as number) : null,
  };
}
