import { countArray, intArray, oidArray } from '../kernel/connection/binary-arrays.ts';
import { mustBeFew, nameOf } from '../kernel/connection/bounded-answers.rules.ts';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { changedSql, countSql, INDEXES, MAX_RELATIONS, TABLES } from './changed-relations.queries.ts';
import { type KnownRelations, NONE_KNOWN, type RelationsSnapshot } from './known-relations.rules.ts';
import type { IndexReading, TableReading } from './readings.rules.ts';
import { type Counted } from './readings.rules.ts';

/*
 * Tables and indexes of the connected database. Everything comes from the catalogue and from functions that take no
 * lock on the relation itself: a question that waits behind somebody's ALTER TABLE, every minute, is how monitoring
 * turns one blocked table into an outage. Sizes need a lock and are read apart (read-sizes.ts).
 */
const KINDS: Readonly<Record<string, TableReading['kind']>> = { m: 'materialized view', p: 'partitioned table' };

const TABLES_SQL = changedSql(TABLES);
const INDEXES_SQL = changedSql(INDEXES);

type ChangedRow = [
  mark: string,
  changed: number | null,
  oid: number | null,
  definition: number | null,
  ...rest: unknown[],
];

/** The rows of what changed, how many there are in all, and what is gone. */
async function snapshot<Row extends unknown[]>(
  connection: ServerConnection,
  { sql, relkinds, before }: { sql: string; relkinds: string; before: KnownRelations },
): Promise<
  Omit<RelationsSnapshot<Counted>, 'items'> & { rows: (readonly [definition: number, oid: number, ...rest: Row])[] }
> {
  const all = await connection.rows<ChangedRow>(sql, [
    oidArray(before.oids),
    intArray(before.definitions),
    countArray(before.sums()),
    before.settledMark,
  ]);
  mustBeFew(all, MAX_RELATIONS + before.oids.length);
  const rows = all.flatMap(([, , oid, definition, ...rest]) =>
    oid === null || definition === null ? [] : [[definition, oid, ...(rest as Row)] as const],
  );
  rows.sort(([, one], [, other]) => one - other);
  const gone = all.flatMap(([, changed, oid]) =>
    changed !== null && oid === null && before.definitionOf(changed) !== undefined ? [changed] : [],
  );
  const added = rows.filter(([, oid]) => before.definitionOf(oid) === undefined).length;
  const read = before.size - gone.length + added;
  const known = read < MAX_RELATIONS ? read : (await connection.one<{ known: number }>(countSql(relkinds))).known;
  return { known, gone, mark: all[0]?.[0] ?? null, rows };
}

type TableRow = [
  schema: string,
  name: string,
  kind: string,
  estimated: number,
  live: number,
  dead: number,
  vacuum: number | null,
  analyze: number | null,
  root: number | null,
  ...counters: number[],
];

/** Those that differ from what is known. */
export async function readTables(
  connection: ServerConnection,
  before: KnownRelations = NONE_KNOWN,
): Promise<RelationsSnapshot<TableReading>> {
  const { rows, ...found } = await snapshot<TableRow>(connection, { ...TABLES, sql: TABLES_SQL, before });
  return {
    ...found,
    items: rows.map(
      ([definition, oid, schema, name, kind, estimated, live, dead, vacuum, analyze, root, ...counters]) => ({
        oid,
        definition,
        schema: nameOf(schema),
        name: nameOf(name),
        kind: KINDS[kind] ?? 'table',
        // 13 says 0 for "never analysed" as well as for empty; later versions say −1.
        estimatedRows: estimated < 0 ? null : Math.round(estimated),
        liveRows: live,
        deadRows: dead,
        lastVacuumUs: vacuum,
        lastAnalyzeUs: analyze,
        rootOid: root,
        counters,
      }),
    ),
  };
}

type IndexRow = [
  tableOid: number,
  schema: string,
  table: string,
  name: string,
  unique: boolean,
  primary: boolean,
  valid: boolean,
  building: boolean,
  partitioned: boolean,
  root: number | null,
  ...counters: number[],
];

export async function readIndexes(
  connection: ServerConnection,
  before: KnownRelations = NONE_KNOWN,
): Promise<RelationsSnapshot<IndexReading>> {
  const { rows, ...found } = await snapshot<IndexRow>(connection, { ...INDEXES, sql: INDEXES_SQL, before });
  return {
    ...found,
    items: rows.map(([definition, oid, ...row]) => {
      const [tableOid, schema, table, name, unique, primary, valid, building, partitioned, rootOid, ...counters] = row;
      return {
        oid,
        definition,
        tableOid,
        schema: nameOf(schema),
        table: nameOf(table),
        name: nameOf(name),
        unique,
        primary,
        valid,
        building,
        partitioned,
        rootOid,
        counters,
      };
    }),
  };
}
