import { nameOf, numberOf } from '../connection/bounded-answers.rules.ts';
import type { ServerConnection } from '../connection/connect-server.ts';
import { micros } from '../connection/micros.ts';
import { type Instance, lifeOf, lifeSql } from '../kernel/instance/instance.queries.ts';
import type { Life } from '../kernel/instance/reset-epoch.rules.ts';
import type { ReadEpoch } from './server-epoch.rules.ts';

const sql = (instance: Instance) => `
  select ${lifeSql(instance)}, pg_is_in_recovery() as "inRecovery",
         current_setting('pg_stat_statements.max', true)::int as "statementsMax",
         ${
           // The view came in the same version as \`toplevel\`.
           instance.statements?.columns.has('toplevel')
             ? `(select ${micros('stats_reset')} from ${instance.statements.schema}.pg_stat_statements_info)`
             : 'null::int8'
         } as "statementsResetAt"`;

/** More are not followed. */
const MAX_DATABASES = 1_000;

/** Those that were ever set back. */
const DATABASES = `
  select d.oid, d.datname::text, ${micros('pg_stat_get_db_stat_reset_time(d.oid)')}
    from pg_database d where pg_stat_get_db_stat_reset_time(d.oid) is not null order by d.oid limit ${MAX_DATABASES}`;

interface Row extends Life {
  inRecovery: boolean;
  statementsMax: number | null;
  statementsResetAt: number | null;
}

export async function readEpoch(connection: ServerConnection, instance: Instance): Promise<ReadEpoch> {
  const [epoch, all] = await Promise.all([
    connection.one<Row>(sql(instance)),
    connection.rows<[oid: number, name: string, resetAt: number]>(DATABASES),
  ]);
  const databases = all.slice(0, MAX_DATABASES).filter((row) => numberOf(row[0]) !== null && numberOf(row[2]) !== null);
  return {
    ...lifeOf(epoch),
    inRecovery: epoch.inRecovery === true,
    statementsMax: epoch.statementsMax,
    statementsResetAt: epoch.statementsResetAt,
    databaseResets: Object.fromEntries(databases.map(([oid, , resetAt]) => [oid, resetAt])),
    databaseNames: new Map(databases.map(([oid, name]) => [String(oid), nameOf(name)])),
    tellsFirstUse: instance.version < 150_000,
  };
}
