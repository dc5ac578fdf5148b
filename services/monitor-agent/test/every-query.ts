import { readActivity } from '../src/activity/activity.queries.ts';
import { readLockWaits } from '../src/activity/lock-waits.queries.ts';
import type { ServerConnection } from '../src/kernel/connection/connect-server.ts';
import { type Instance, RESETTABLE, readInstance } from '../src/kernel/instance/instance.queries.ts';
import { readHere, readOthers, readUse } from '../src/kernel/instance/other-databases.queries.ts';
import { isUnmoved } from '../src/kernel/instance/statements-extension.queries.ts';
import { countSql, INDEXES, TABLES } from '../src/relations/changed-relations.queries.ts';
import { consistentSnapshot } from '../src/relations/consistent-snapshot.queries.ts';
import { readDatabases } from '../src/relations/databases.queries.ts';
import { readShapes } from '../src/relations/index-shapes.queries.ts';
import { readIndexes, readTables } from '../src/relations/relations.queries.ts';
import { readCatalogueMark, readDatabaseSizes, readSizes } from '../src/relations/sizes.queries.ts';
import { readServerEpoch } from '../src/reset-epochs/server-epoch.queries.ts';
import { readFacts } from '../src/servers/report/facts.queries.ts';
import { ObjectNames } from '../src/statements/object-names.queries.ts';
import { readStatements } from '../src/statements/statements.queries.ts';
import { readTexts } from '../src/statements/texts.queries.ts';
import { readAgedTables, readWraparound } from '../src/wraparound/wraparound.queries.ts';

/** Whoever asks a query, by its file; a test holds that none is missing. */
export const QUERIES: Record<string, (connection: ServerConnection, instance: Instance) => Promise<unknown>[]> = {
  'activity/activity.queries.ts': (connection, instance) => [readActivity(connection, instance, NO_TEXTS)],
  'activity/lock-waits.queries.ts': (connection) => [readLockWaits(connection, [{ pid: 1, blockedBy: [2] }] as never)],
  'kernel/instance/instance.queries.ts': (connection) => [readInstance(connection)],
  'kernel/instance/other-databases.queries.ts': (connection) => [
    readOthers(connection, 1),
    readUse(connection, 1),
    readHere(connection),
  ],
  'kernel/instance/statements-extension.queries.ts': (connection, { statements }) => [
    statements ? isUnmoved(connection, statements) : Promise.resolve(),
  ],
  'servers/report/facts.queries.ts': (connection) => [readFacts(connection)],
  'reset-epochs/server-epoch.queries.ts': (connection, instance) => [readServerEpoch(connection, instance)],
  'relations/index-shapes.queries.ts': (connection) => [readShapes(connection, [1])],
  'relations/databases.queries.ts': (connection, instance) => [readDatabases(connection, instance)],
  'relations/relations.queries.ts': (connection) => [
    readTables(connection),
    readIndexes(connection),
    ...[TABLES, INDEXES].map(({ relkinds }) => connection.one(countSql(relkinds))),
  ],
  'relations/sizes.queries.ts': (connection) => [
    readCatalogueMark(connection),
    readSizes(connection, [1]),
    readDatabaseSizes(connection, [1]),
  ],
  'statements/statements.queries.ts': (connection, instance) =>
    [undefined, { entries: { size: 1, checksums: new BigInt64Array(1) } }].map((state) =>
      readStatements(connection, instance, state as never),
    ),
  'relations/consistent-snapshot.queries.ts': (connection, instance) => [
    consistentSnapshot(connection, instance, async () => ({ known: 0, items: [], gone: [] })),
  ],
  'statements/object-names.queries.ts': (connection) => [new ObjectNames().read(connection, ['1/2/3/t'], 0)],
  'statements/texts.queries.ts': (connection, { statements }) => [
    statements ? readTexts(connection, statements, ['1/2/3/t'], NO_TEXTS as never) : Promise.resolve(),
  ],
  'wraparound/wraparound.queries.ts': (connection) => [readWraparound(connection), readAgedTables(connection)],
};

const NO_TEXTS = { scrubLive: async () => [], scrub: async () => [] };

const OLD = ['queryid', 'plans', 'total_exec_time', 'blk_read_time', 'blk_write_time'];
const EXTENSIONS = [
  OLD,
  [...OLD, 'toplevel'],
  ['queryid', 'plans', 'total_exec_time', 'toplevel', 'shared_blk_read_time', 'local_blk_read_time', 'stats_since'],
];

/** The texts of all queries, in all their forms. */
export async function everyQuery(): Promise<Set<string>> {
  const texts = new Set<string>();
  for (const [at, version] of [130_000, 140_000, 150_000, 160_000, 170_000, 180_000].entries()) {
    const controlData = at % 2 === 0;
    const columns = new Set(EXTENSIONS[Math.min(at, EXTENSIONS.length - 1)]);
    const instance = {
      version,
      statements: {
        schema: '"odd Schema"',
        version: '1.11',
        columns,
        hasInfo: columns.has('toplevel'),
        rows: [1, '2', 3, '4', 5, '6'],
      },
      has: { activityQueryId: version >= 140_000, databaseTime: version >= 140_000, controlData },
      resettable: RESETTABLE,
    } as unknown as Instance;
    const connection = listening(version, controlData, texts);
    for (const ask of Object.values(QUERIES)) await Promise.allSettled(ask(connection, instance));
  }
  return texts;
}

/** Writes down what it is asked; every row of its answers has whatever is looked for. */
function listening(version: number, control: boolean, texts: Set<string>): ServerConnection {
  const known = {
    settings: {},
    control,
    version_text: '18.1',
    columns: [],
    activity_columns: [],
    database_columns: [],
    resettable: [...RESETTABLE],
  };
  const row = new Proxy<Record<string, unknown>>(known, { get: (all, name) => all[String(name)] ?? null });
  const record = async (text: string, answer: unknown) => {
    texts.add(text);
    return answer;
  };
  return {
    version,
    encoding: 'UTF8',
    rows: (text: string) => record(text, []),
    objects: (text: string) => record(text, [row]),
    one: (text: string) => record(text, row),
    fix: async (text: string) => text,
  } as unknown as ServerConnection;
}
