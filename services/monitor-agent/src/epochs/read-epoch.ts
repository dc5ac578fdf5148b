import { COUNTERS_RESET_AT, type Instance, identitySql, WORKERS_STARTED_AT } from '../collection/instance.ts';
import type { ServerConnection } from '../connection/connect-server.ts';
import { micros } from '../connection/micros.ts';
import type { Epoch } from './epoch.rules.ts';

const sql = ({ has, statements }: Instance) => `
  select ${identitySql(has.controlData)} as identity, ${micros('clock_timestamp()')} as at,
         ${micros('pg_postmaster_start_time()')} as "startedAt",
         ${WORKERS_STARTED_AT} as "workersStartedAt", ${COUNTERS_RESET_AT} as "countersResetAt",
         current_setting('pg_stat_statements.max', true)::int as "statementsMax",
         ${
           // The view came in the same version as \`toplevel\`.
           statements?.columns.has('toplevel')
             ? `(select ${micros('stats_reset')} from ${statements.schema}.pg_stat_statements_info)`
             : 'null::int8'
         } as "statementsResetAt"`;

export const readEpoch = (connection: ServerConnection, instance: Instance): Promise<Epoch> =>
  connection.one<Epoch>(sql(instance));
