import { readActivity } from '../activity/activity.queries.ts';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { isConnectionLoss } from '../kernel/connection/connection-failure.rules.ts';
import type { FixedStatement } from '../kernel/connection/fixed-names.queries.ts';
import { type Instance, readInstance } from '../kernel/instance/instance.queries.ts';
import { readOthers } from '../kernel/instance/other-databases.queries.ts';
import type { Uncollected } from '../kernel/schedule/uncollected.rules.ts';
import { readDatabases } from '../relations/databases.queries.ts';
import { readIndexes, readTables } from '../relations/relations.queries.ts';
import { readSizes } from '../relations/sizes.queries.ts';
import { readServerEpoch } from '../reset-epochs/server-epoch.queries.ts';
import { readStatements } from '../statements/statements.queries.ts';
import { readTexts } from '../statements/texts.queries.ts';
import { readAgedTables, readWraparound } from '../wraparound/wraparound.queries.ts';

/*
 * The collector's own queries, each once and for one row: what a role may do shows only when it is tried. Refusals are
 * reported as the collector would report them.
 */
const NO_TEXTS = { scrubLive: async () => [], scrub: async () => [] };
const PG_CLASS = 1259;

const TRIES: readonly [query: string, ask: (connection: ServerConnection, instance: Instance) => Promise<unknown>][] = [
  ['activity', (connection, instance) => readActivity(connection, instance, NO_TEXTS)],
  ['databases', readDatabases],
  ['tables', (connection) => readTables(connection)],
  ['indexes', (connection) => readIndexes(connection)],
  ['epochs', readServerEpoch],
  ['sizes', (connection) => readSizes(connection, [PG_CLASS])],
  ['wraparound', (connection) => Promise.all([readWraparound(connection), readAgedTables(connection)])],
  ['facts', (connection, { databaseOid }) => readOthers(connection, databaseOid)],
  [
    'statements',
    async (connection, instance) => instance.statements && readStatements(connection, instance, undefined),
  ],
  [
    'texts',
    async (connection, { statements }) => statements && readTexts(connection, statements, ['0/0/0/t'], NO_TEXTS),
  ],
];

export async function tryQueries(connection: ServerConnection, now: number): Promise<Uncollected[]> {
  const instance = await readInstance(connection);
  const one = oneRow(connection);
  const uncollected: Uncollected[] = [];
  for (const [query, ask] of TRIES) {
    try {
      await ask(one, instance);
    } catch (error) {
      if (isConnectionLoss(error)) throw error;
      const { code = 'unknown' } = error as { code?: string };
      uncollected.push({ query, database: null, code, since: now, nextTryAt: now });
    }
  }
  return uncollected;
}

/** Of every answer one row. */
function oneRow(whole: ServerConnection): ServerConnection {
  const limited = (text: string) => `select * from (${text}) as query limit 1`;
  const first = (query: string | FixedStatement) => (typeof query === 'string' ? limited(query) : query);
  const asking: Pick<ServerConnection, 'version' | 'encoding' | 'rows' | 'objects' | 'one' | 'fix'> = {
    version: whole.version,
    encoding: whole.encoding,
    rows: (text, values) => whole.rows(first(text), values),
    objects: (text, values) => whole.objects(first(text), values),
    one: (text, values) => whole.one(first(text), values),
    fix: (text, check) => whole.fix(limited(text), check),
  };
  return asking as ServerConnection;
}
