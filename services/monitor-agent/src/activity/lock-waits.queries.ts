import type { Session } from '@tidegate/contracts/monitor-agent/activity';
import type { LockWait } from '@tidegate/contracts/monitor-agent/blocking';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { type HeldLock, lockWaits } from './lock-waits.rules.ts';

const MAX_ROWS = 5_000;

/*
 * Locks of the sessions that wait and of those they wait for, as far as somebody of them waits for the same thing.
 * Who waits for a row waits for the transaction that changed it, and holds a lock of the row meanwhile, which tells the
 * table. Prepared transactions are nobody's process: their locks have no pid and are told as 0; each holds a lock of its
 * own transaction, which tells the name. Relations of other databases have no names here.
 */
const sql = (version: number) => `
  with l as materialized (
    select coalesce(pid, 0) as holder, *,
           concat_ws(' ', locktype, coalesce(database, 0), coalesce(relation, 0), coalesce(page, 0), coalesce(tuple, 0),
                     coalesce(virtualxid, '-'), coalesce(transactionid::text, '-'), classid, objid, objsubid) as thing
      from pg_locks where coalesce(pid, 0) = any ($1::int[]) and mode <> 'SIReadLock'),
  named as (
    select x.virtualtransaction, p.gid from l x join pg_prepared_xacts p on p.transaction = x.transactionid
     where x.holder = 0 and x.locktype = 'transactionid' and x.granted and 0 = any ($1::int[]))
  select holder, thing, locktype, mode, granted,
         ${version >= 140_000 ? 'round(extract(epoch from clock_timestamp() - waitstart)::numeric, 3)' : 'null'},
         case when database = 0 or database = (select oid from pg_database where datname = current_database()) then
           (select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where c.oid = relation) end,
         case when holder = 0 then
           (select gid from named where named.virtualtransaction = l.virtualtransaction limit 1) end
    from l where locktype = 'tuple' or thing = any (select thing from l where not granted)
   order by granted, holder limit ${MAX_ROWS}`;

type Row = [
  pid: number,
  thing: string,
  lockType: string,
  mode: string,
  granted: boolean,
  waitSeconds: number | null,
  relation: string | null,
  preparedTransaction: string | null,
];

export async function readLockWaits(connection: ServerConnection, sessions: readonly Session[]): Promise<LockWait[]> {
  const waiting = sessions.filter(({ blockedBy }) => blockedBy.length > 0);
  if (waiting.length === 0) return [];
  const pids = [...new Set(waiting.flatMap(({ pid, blockedBy }) => [pid, ...blockedBy]))];
  const rows = await connection.rows<Row>(sql(connection.version), [pids]);
  const locks = rows.map(
    ([pid, thing, lockType, mode, granted, waitSeconds, relation, preparedTransaction]): HeldLock => ({
      pid,
      thing,
      lockType,
      mode,
      granted,
      waitSeconds: waitSeconds === null ? null : Math.max(0, waitSeconds),
      relation,
      preparedTransaction,
    }),
  );
  return lockWaits(waiting, locks);
}
