import { numberOf } from '../kernel/connection/bounded-answers.rules.ts';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { micros } from '../kernel/connection/micros.ts';
import type { Instance } from '../kernel/instance/instance.queries.ts';
import type { DatabaseState } from './counters.rules.ts';
import type { ConsistentSnapshot, RelationsSnapshot } from './known-relations.rules.ts';
import type { Counted } from './readings.rules.ts';

/*
 * A snapshot of the counters of the connected database, with the time of their last reset: read before and after, because a reset
 * in between would mix two reset epochs. Until 14 a database has such an instant from its first use on, later only once it
 * was set back.
 */
const stateSql = (version: number) => `
  select d.oid, ${micros('clock_timestamp()')} as at,
         ${resetAt(version, 'pg_stat_get_db_stat_reset_time(d.oid)')} as reset_at,
         pg_stat_get_db_xact_commit(d.oid) + pg_stat_get_db_xact_rollback(d.oid) as transactions
    from (select $1::oid as oid) d`;

export const resetAt = (version: number, instant: string): string =>
  version >= 150_000 ? `coalesce(${micros(instant)}, 0)` : micros(instant);

interface Row {
  oid: number;
  at: number;
  reset_at: number | null;
  transactions: number;
}

const MAX_TRIES = 3;

export async function consistentSnapshot<Reading extends Counted>(
  connection: ServerConnection,
  { databaseOid }: Pick<Instance, 'databaseOid'>,
  snapshot: () => Promise<RelationsSnapshot<Reading>>,
): Promise<ConsistentSnapshot<Reading>> {
  const sql = stateSql(connection.version);
  for (let attempt = 1; attempt <= MAX_TRIES; attempt += 1) {
    const state = () => connection.one<Row>(sql, [databaseOid]);
    const [before, found, after] = await Promise.all([state(), snapshot(), state()]);
    if (before.reset_at === after.reset_at) return { ...found, state: toState(before) };
  }
  throw new Error('Counters were reset repeatedly while they were being read.');
}

function toState({ oid, at, reset_at, transactions }: Row): DatabaseState {
  const reset = numberOf(reset_at);
  return {
    at: numberOf(at) ?? 0,
    resets: reset === null ? {} : { [numberOf(oid) ?? 0]: reset },
    transactions: numberOf(transactions),
  };
}
