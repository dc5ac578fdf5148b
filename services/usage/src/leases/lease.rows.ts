import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import { instant, type MeterWindow } from '../balances/window.rules.ts';
import { plain } from '../kernel/array-literal.ts';

/** Rows that one statement deletes, so that neither locks nor dead rows pile up. */
const CHUNK = 20_000;

export interface LeaseRow {
  id: string;
  meter: string;
  granted: number;
  spent: number | null;
  created_at: Date;
  /** By the database's clock. */
  expired: boolean;
}

const COLUMNS = 'id, meter, granted, spent, created_at, expires_at <= clock_timestamp() as expired';

interface Of {
  orgId: string;
  meter: string;
}

/**
 * All who take from a quota take turns until their transaction ends. A lock of its own and not that of a balance: balances
 * are reset with every month, also with one that begins while somebody takes.
 */
export const lockQuota = (tx: Tx, orgId: string, meter: string): Promise<unknown> =>
  tx.query(
    `select pg_advisory_xact_lock(hashtextextended(current_schema() || ' quota ' || $1 || ' ' || $2, 0)),
            -- A plan that was made while there were few leases would read all of them for each name, also when there are many.
            set_config('enable_seqscan', 'off', true)`,
    [orgId, meter],
  );

interface Name {
  holderId: string;
  leaseKey: string;
}

export interface KnownLease {
  id: string;
  granted: number;
  /** null until it is returned. */
  spent: number | null;
  expiresAt: string;
}

/** Those of the named leases that exist, by name. */
export async function findLeasesByKey(tx: Tx, of: Of, names: readonly Name[]): Promise<Map<string, KnownLease>> {
  const rows = await tx.query<LeaseByName>(
    `select l.id, l.granted, l.spent, l.expires_at, l.holder_id, l.lease_key
       from unnest($3::text[], $4::text[]) as n(holder_id, lease_key),
            lateral (select * from leases
                      where org_id = $1 and meter = $2 and holder_id = n.holder_id and lease_key = n.lease_key
                      limit 1) as l`,
    [of.orgId, of.meter, names.map(({ holderId }) => holderId), names.map(({ leaseKey }) => leaseKey)],
  );
  return byName(rows);
}

interface LeaseByName {
  id: string;
  granted: number;
  spent: number | null;
  expires_at: Date;
  holder_id: string;
  lease_key: string;
}

const byName = (rows: readonly LeaseByName[]): Map<string, KnownLease> =>
  new Map(
    rows.map(({ id, granted, spent, expires_at, holder_id, lease_key }) => [
      nameOf({ holderId: holder_id, leaseKey: lease_key }),
      { id, granted, spent, expiresAt: expires_at.toISOString() },
    ]),
  );

export const nameOf = ({ holderId, leaseKey }: Name): string => `${holderId.length} ${holderId}${leaseKey}`;

export interface NewLease extends Name {
  id: string;
  granted: number;
  ttlSeconds: number;
  hold: boolean;
  /** Beyond what the limit includes. */
  creditUnits: number;
}

/**
 * By name: those that are stored now, or were before. A lease ends with its window at the latest, because its events count
 * where they happen; one of prepaid units ends with the first of them that expire, because nothing is drawn after that.
 * What is held counts where and when the hold was taken, however long the work takes.
 */
export async function insertLeases(
  tx: Tx,
  { orgId, window, creditsUntil }: { orgId: string; window: MeterWindow; creditsUntil: string | null },
  leases: readonly NewLease[],
): Promise<Map<string, KnownLease>> {
  const rows = await tx.query<LeaseByName>(
    `insert into leases (org_id, id, meter, period_start, period_end, holder_id, lease_key, granted, hold, credit_units, expires_at)
     select $1, id, $2, $3, $4, holder_id, lease_key, granted, hold, credits,
            date_trunc('milliseconds', case when hold then now() + make_interval(secs => ttl)
                                            else least(now() + make_interval(secs => ttl), $4,
                                                       case when credits > 0 then $12::timestamptz end) end)
       from unnest($5::uuid[], $6::text[], $7::text[], $8::int[], $9::boolean[], $10::int[], $11::int[])
              as t(id, holder_id, lease_key, granted, hold, ttl, credits)
     on conflict (org_id, meter, holder_id, lease_key) do update set granted = leases.granted
     returning id, granted, spent, expires_at, holder_id, lease_key`,
    [
      orgId,
      window.meter,
      instant(window.start),
      instant(window.end),
      plain(leases, ({ id }) => id),
      leases.map(({ holderId }) => holderId),
      leases.map(({ leaseKey }) => leaseKey),
      plain(leases, ({ granted }) => granted),
      plain(leases, ({ hold }) => `${hold}`),
      plain(leases, ({ ttlSeconds }) => ttlSeconds),
      plain(leases, ({ creditUnits }) => creditUnits),
      creditsUntil,
    ],
  );
  return byName(rows);
}

/** Clocks of replicas may differ by so much. */
const SKEW_MS = 10_000;

/**
 * What was lent of a meter in the minute of this transaction, less what came back unspent, and when the minute ends. Ids are
 * in the order of time, so that only the leases of the minute are read.
 */
export async function lentThisMinute(
  tx: Tx,
  orgId: string,
  meter: string,
): Promise<{ lent: number; resetsInMs: number }> {
  const row = await tx.one<{ lent: string; ms: number }>(
    `select coalesce(sum(coalesce(spent, granted)), 0) as lent,
            ceil(extract(epoch from date_trunc('minute', now()) + interval '1 minute' - now()) * 1000)::int as ms
       from leases
      where org_id = $1 and meter = $2 and id >= $3::uuid and not hold and created_at >= date_trunc('minute', now())`,
    [orgId, meter, newId(Date.now() - 60_000 - SKEW_MS)],
  );
  return { lent: Number(row?.lent ?? 0), resetsInMs: row?.ms ?? 0 };
}

export const findHold = (tx: Tx, orgId: string, id: string): Promise<LeaseRow | undefined> =>
  tx.one<LeaseRow>(`select ${COLUMNS} from leases where org_id = $1 and id = $2 and hold`, [orgId, id]);

export const lockLease = (tx: Tx, orgId: string, id: string, kind: { hold: boolean }): Promise<LeaseRow | undefined> =>
  tx.one<LeaseRow>(`select ${COLUMNS} from leases where org_id = $1 and id = $2 and hold = $3 for update`, [
    orgId,
    id,
    kind.hold,
  ]);

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
      where org_id = $1 and id = any($2::uuid[]) and not hold order by id for update`,
    [orgId, ids],
  );

export async function closeLease(tx: Tx, orgId: string, id: string, spent: number): Promise<void> {
  await tx.query('update leases set spent = $3 where org_id = $1 and id = $2', [orgId, id, spent]);
}

/** A hold ends at once with what was used of it: its usage is counted in the same transaction. */
export async function closeHold(tx: Tx, orgId: string, id: string, used: number): Promise<void> {
  await tx.query('update leases set spent = $3::int, settled = $3::int where org_id = $1 and id = $2', [
    orgId,
    id,
    used,
  ]);
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
