import { nameOf, numberOf } from '../kernel/connection/bounded-answers.rules.ts';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { micros } from '../kernel/connection/micros.ts';
import { following, type Instance, resetEpochOf, resetEpochSql } from '../kernel/instance/instance.queries.ts';
import type { ResetEpoch, Resets } from '../kernel/instance/reset-epoch.rules.ts';
import { callInfo, fixed, type StatementsExtension } from '../kernel/instance/statements-extension.queries.ts';
import type { ServerEpochSnapshot } from './server-epoch.rules.ts';

const sql = (instance: Instance, extension: StatementsExtension | undefined) =>
  `${resetEpochSql(
    instance,
    `, pg_is_in_recovery() as "inRecovery", current_setting('pg_stat_statements.max', true)::int as "statementsMax",
    ${extension ? micros('i.stats_reset') : 'null::int8'} as "statementsResetAt"`,
  )}${extension ? ` cross join ${callInfo(extension)} as i` : ''}`;

/** More are not followed. */
const MAX_DATABASES = 1_000;

/** Those that were ever set back. */
const DATABASES = `
  select d.oid, d.datname::text, ${micros('pg_stat_get_db_stat_reset_time(d.oid)')}
    from pg_database d where pg_stat_get_db_stat_reset_time(d.oid) is not null order by d.oid limit ${MAX_DATABASES}`;

/** Reading when all of them were set back costs a server as much as the rest of an epoch: each minute only the first is read. */
const EACH_TIME = new Set(['pg_stat_bgwriter']);

interface Row extends ResetEpoch {
  inRecovery: boolean;
  statementsMax: number | null;
  statementsResetAt: number | null;
}

function readOwn(connection: ServerConnection, instance: Instance, resettable: readonly string[]): Promise<Row> {
  const text = (extension?: StatementsExtension) => sql({ ...instance, resettable }, extension);
  if (!instance.statements?.hasInfo) return connection.one<Row>(text());
  return following(connection, instance, async (extension) =>
    connection.one<Row>(await fixed(connection, extension, text(extension))),
  );
}

/** `known`: what the other views said over this very connection, which no crash outlives. */
export async function readServerEpoch(
  connection: ServerConnection,
  instance: Instance,
  known?: Resets,
): Promise<ServerEpochSnapshot> {
  const resettable = known ? instance.resettable.filter((view) => EACH_TIME.has(view)) : instance.resettable;
  const [epoch, all] = await Promise.all([
    readOwn(connection, instance, resettable),
    connection.rows<[oid: number, name: string, resetAt: number]>(DATABASES),
  ]);
  const databases = all.slice(0, MAX_DATABASES).filter((row) => numberOf(row[0]) !== null && numberOf(row[2]) !== null);
  const own = resetEpochOf(epoch);
  return {
    ...own,
    resets: { ...known, ...own.resets },
    inRecovery: epoch.inRecovery === true,
    statementsMax: epoch.statementsMax,
    statementsResetAt: epoch.statementsResetAt,
    databaseResets: Object.fromEntries(databases.map(([oid, , resetAt]) => [oid, resetAt])),
    databaseNames: new Map(databases.map(([oid, name]) => [String(oid), nameOf(name)])),
    reportsFirstUse: instance.version < 150_000,
  };
}
