import type { Tx } from '@tidegate/database/tx';
import { HOLDS } from '../balances/balance.rows.ts';
import type { PeriodText } from '../balances/balance.rules.ts';

export interface LeaseRow {
  id: string;
  meter: string;
  period_start: Date;
  granted: number;
  spent: number | null;
  expires_at: Date;
  held: string;
}

const COLUMNS = 'id, meter, period_start, granted, spent, expires_at, held';

interface Of {
  orgId: string;
  meter: string;
  /** What the limit is for: a month or a day, half-open. */
  window: PeriodText;
}

/**
 * Locks the balance until the transaction ends: whoever lends from it waits for whoever lends or adds to it now.
 * Answers what is used.
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

/** Lent out and not yet reported. A statement of its own after the lock, so that it sees what the lock waited for. */
export async function sumHeld(tx: Tx, of: Of): Promise<number> {
  const row = await tx.one<{ held: string }>(
    `select coalesce(sum(held), 0) as held from leases
      where org_id = $1 and meter = $2 and period_start < $4 and coalesce(period_end, expires_at) > $3 and ${HOLDS}`,
    [of.orgId, of.meter, of.window.start, of.window.end],
  );
  return Number(row?.held ?? 0);
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
  /** Granted, or what was said to be spent, and not reported yet. */
  left: string;
}

/** Locked in one order until the transaction ends, so that two reports do not both find the same units left. */
export const lockLeases = (tx: Tx, orgId: string, ids: readonly string[]): Promise<LeaseLeft[]> =>
  tx.query<LeaseLeft>(
    `select id, meter, period_start, period_end, coalesce(spent, granted) - settled as left from leases
      where org_id = $1 and id = any($2::uuid[]) order by id for update`,
    [orgId, ids],
  );

export async function closeLease(tx: Tx, orgId: string, id: string, spent: number): Promise<void> {
  await tx.query('update leases set spent = $3 where org_id = $1 and id = $2', [orgId, id, spent]);
}
