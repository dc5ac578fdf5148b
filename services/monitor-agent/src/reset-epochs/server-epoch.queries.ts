import { nameOf, numberOf } from '../kernel/connection/bounded-answers.rules.ts';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { micros } from '../kernel/connection/micros.ts';
import { following, type Instance, resetEpochOf, resetEpochSql } from '../kernel/instance/instance.queries.ts';
import type { ResetEpoch } from '../kernel/instance/reset-epoch.rules.ts';
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

interface Row extends ResetEpoch {
  inRecovery: boolean;
  statementsMax: number | null;
  statementsResetAt: number | null;
}

function readOwn(connection: ServerConnection, instance: Instance): Promise<Row> {
  if (!instance.statements?.hasInfo) return connection.one<Row>(sql(instance, undefined));
  return following(connection, instance, async (extension) =>
    connection.one<Row>(await fixed(connection, extension, sql(instance, extension))),
  );
}

export async function readServerEpoch(connection: ServerConnection, instance: Instance): Promise<ServerEpochSnapshot> {
  const [epoch, all] = await Promise.all([
    readOwn(connection, instance),
    connection.rows<[oid: number, name: string, resetAt: number]>(DATABASES),
  ]);
  const databases = all.slice(0, MAX_DATABASES).filter((row) => numberOf(row[0]) !== null && numberOf(row[2]) !== null);
  return {
    ...resetEpochOf(epoch),
    inRecovery: epoch.inRecovery === true,
    statementsMax: epoch.statementsMax,
    statementsResetAt: epoch.statementsResetAt,
    databaseResets: Object.fromEntries(databases.map(([oid, , resetAt]) => [oid, resetAt])),
    databaseNames: new Map(databases.map(([oid, name]) => [String(oid), nameOf(name)])),
    reportsFirstUse: instance.version < 150_000,
  };
}
