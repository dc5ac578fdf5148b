import type { Tx } from '@tidegate/database/tx';
import { RESERVES } from '../balances/balance.rows.ts';
import type { PeriodText } from '../balances/balance.rules.ts';
import { plain } from '../kernel/array-literal.ts';

/** Rows that one statement deletes, so that neither locks nor dead rows pile up. */
const CHUNK = 20_000;

export interface LeaseRow {
  id: string;
  meter: string;
  period_start: Date;
  granted: number;
  spent: number | null;
  expires_at: Date;
  reserved: string;
}

const COLUMNS = 'id, meter, period_start, granted, spent, expires_at, reserved';

interface Of {
  orgId: string;
  meter: string;
  /** The month or day that the limit applies to, half-open. */
  window: PeriodText;
}

/**
 * Locks the balance until the transaction ends, so that all who lend from it or add to it take turns. Returns what is
 * used.
 */
export async function lockBalance(tx: Tx, of: { orgId: string; meter: string; periodStart: string }): Promise<number> {
  const key = [of.orgId, of.meter, of.periodStart];
  const lock = () =>
    tx.one<{ used: string }>(
      'select used from usage_balances where org_id = $1 and meter = $2 and period_start = $3 for update',
      key,
    );
  let row = await lock();
  if (!row) {
    await tx.query(
      'insert into usage_balances (org_id, meter, period_start, used) values ($1, $2, $3, 0) on conflict do nothing',
      key,
    );
    row = await lock();
  }
  return Number(row?.used ?? 0);
}

/** Lent and not yet reported. A statement of its own after the lock, so that it sees what the lock waited for. */
export async function sumReserved(tx: Tx, of: Of): Promise<number> {
  const row = await tx.one<{ reserved: string }>(
    `select coalesce(sum(reserved), 0) as reserved from leases
      where org_id = $1 and meter = $2 and period_start < $4 and coalesce(period_end, expires_at) > $3 and ${RESERVES}`,
    [of.orgId, of.meter, of.window.start, of.window.end],
  );
  return Number(row?.reserved ?? 0);
}

export const findLeaseByKey = (
  tx: Tx,
  of: { orgId: string; meter: string; holderId: string; leaseKey: string },
): Promise<LeaseRow | undefined> =>
  tx.one<LeaseRow>(
    `select ${COLUMNS} from leases where org_id = $1 and meter = $2 and holder_id = $3 and lease_key = $4`,
    [of.orgId, of.meter, of.holderId, of.leaseKey],
  );

export async function insertLease(
  tx: Tx,
  lease: Of & { id: string; holderId: string; leaseKey: string; granted: number; expiresAt: string },
): Promise<void> {
  await tx.query(
    `insert into leases (org_id, id, meter, period_start, holder_id, lease_key, granted, expires_at, period_end)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      lease.orgId,
      lease.id,
      lease.meter,
      lease.window.start,
      lease.holderId,
      lease.leaseKey,
      lease.granted,
      lease.expiresAt,
      lease.window.end,
    ],
  );
}

export const lockLease = (tx: Tx, orgId: string, id: string): Promise<LeaseRow | undefined> =>
  tx.one<LeaseRow>(`select ${COLUMNS} from leases where org_id = $1 and id = $2 for update`, [orgId, id]);

export interface LeaseLeft {
  id: string;
  meter: string;
  period_start: Date;
  period_end: Date | null;
  /** What was granted, or declared as spent, and is not reported yet. */
  left: string;
}

/** Locked in one order until the transaction ends, so that two reports cannot both spend the same units. */
export const lockLeases = (tx: Tx, orgId: string, ids: readonly string[]): Promise<LeaseLeft[]> =>
  tx.query<LeaseLeft>(
    `select id, meter, period_start, period_end, coalesce(spent, granted) - settled as left from leases
      where org_id = $1 and id = any($2::uuid[]) order by id for update`,
    [orgId, ids],
  );

export async function closeLease(tx: Tx, orgId: string, id: string, spent: number): Promise<void> {
  await tx.query('update leases set spent = $3 where org_id = $1 and id = $2', [orgId, id, spent]);
}

/** An event that was counted, and the lease it names. */
export interface LeasedEvent {
  org: string;
  lease: string | undefined;
  meter: string;
  quantity: number;
  at: string;
}

/**
 * Units that have arrived as events no longer count as lent. Only events of the lease's own meter and period settle it, and
 * never more than it granted: otherwise usage would free quota that nobody had lent.
 */
export async function settleLeases(tx: Tx, events: readonly LeasedEvent[]): Promise<void> {
  const leased = events.filter((event) => event.lease);
  if (leased.length === 0) return;
  await tx.query(
    `with arrived as (
       select l.org_id, l.id, sum(t.quantity) as quantity
         from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::timestamptz[])
                as t(org_id, id, quantity, meter, at)
              join leases l on l.org_id = t.org_id and l.id = t.id and l.meter = t.meter
               and t.at >= l.period_start and (l.period_end is null or t.at < l.period_end)
        group by 1, 2),
     locked as (
       select l.org_id, l.id, a.quantity
         from leases l join arrived a on a.org_id = l.org_id and a.id = l.id
        order by 1, 2 for update of l)
     update leases l set settled = greatest(0, least(l.granted, l.settled + k.quantity))
       from locked k where l.org_id = k.org_id and l.id = k.id`,
    [
      plain(leased, (event) => event.org),
      plain(leased, (event) => event.lease ?? 'NULL'),
      plain(leased, (event) => event.quantity),
      plain(leased, (event) => event.meter),
      plain(leased, (event) => event.at),
    ],
  );
}

/**
 * A lease that reserves nothing any more stays for two hours, for holders that repeat its key or return it late; one
 * whose last events are missing stays for as long as they may arrive. Returns whether there may be more to delete.
 */
export async function expireLeases(tx: Tx, days: number): Promise<boolean> {
  const row = await tx.one<{ count: number }>(
    `with old as (
       select org_id, id from leases
        where created_at < now() - $1::int * interval '1 day'
           or (created_at < now() - interval '2 hours' and expires_at < now() - interval '2 hours'
               and (spent is null or reserved = 0))
        limit $2 for update skip locked),
     deleted as (delete from leases l using old where l.org_id = old.org_id and l.id = old.id returning 1)
     select count(*)::int as count from deleted`,
    [days, CHUNK],
  );
  return row?.count === CHUNK;
}
