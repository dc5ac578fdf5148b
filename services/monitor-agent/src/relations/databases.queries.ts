import { mustBeFew, nameOf, numberOf } from '../kernel/connection/bounded-answers.rules.ts';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { micros } from '../kernel/connection/micros.ts';
import type { Instance } from '../kernel/instance/instance.queries.ts';
import { resetAt } from './consistent-snapshot.queries.ts';
import { type ConsistentSnapshot, type KnownRelations, NONE_KNOWN } from './known-relations.rules.ts';
import type { DatabaseReading } from './readings.rules.ts';
import { UNSETTLED } from './readings.rules.ts';

const MAX_DATABASES = 1_000;

const sql = (instance: Instance) => `
  select d.oid, d.datname::text, ${micros('clock_timestamp()')}, ${resetAt(instance.version, 's.stats_reset')}, s.numbackends,
         age(d.datfrozenxid), s.xact_commit, s.xact_rollback, s.blks_read, s.blks_hit, s.tup_returned, s.tup_fetched,
         s.tup_inserted, s.tup_updated, s.tup_deleted, s.temp_files, s.temp_bytes, s.deadlocks,
         ${instance.has.databaseTime ? 'round(s.active_time * 1000)::int8' : '0'}
    from pg_database d join pg_stat_database s on s.datid = d.oid
   where d.datallowconn order by d.oid limit ${MAX_DATABASES}`;

type Row = [
  oid: number,
  name: string,
  at: number,
  resetAt: number | null,
  connections: number,
  transactionAge: number,
  ...counters: number[],
];

/** All of them: they are few, and reading one changes it. */
export async function readDatabases(
  connection: ServerConnection,
  instance: Instance,
  before: KnownRelations = NONE_KNOWN,
): Promise<ConsistentSnapshot<DatabaseReading>> {
  const rows = await connection.rows<Row>(sql(instance));
  mustBeFew(rows, MAX_DATABASES);
  const items = rows.map(([oid, name, , , connections, transactionAge, ...counters]) => ({
    oid,
    definition: UNSETTLED,
    name: nameOf(name),
    connections,
    transactionAge: Math.max(0, transactionAge),
    counters,
  }));
  const there = new Set(items.map((item) => item.oid));
  const gone = [...before.oids].filter((oid) => !there.has(oid));
  const resets = rows.flatMap(([oid, , , at]) => {
    const reset = numberOf(at);
    return reset === null ? [] : [[numberOf(oid) ?? 0, reset] as const];
  });
  const state = { at: numberOf(rows[0]?.[2]) ?? 0, resets: Object.fromEntries(resets), transactions: null };
  return { known: items.length, items, gone, state };
}
