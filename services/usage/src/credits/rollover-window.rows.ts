import type { Tx } from '@tidegate/database/tx';
import { RESERVES } from '../balances/balance.rows.ts';
import { carriedOut } from '../balances/credited.rows.ts';
import { instant } from '../balances/window.rules.ts';
import type { MeterOf } from './credit.rows.ts';

export interface DueRollover {
  org_id: string;
  meter: string;
  start_at: Date;
}

/** Windows that are over and of which is not counted yet what they carry; the oldest first. Needs to see all organisations. */
export async function findDueRollovers(
  tx: Tx,
  limit: number,
  apart: readonly string[],
): Promise<{ due: DueRollover[]; nextInMs: number | undefined }> {
  const due = await tx.query<DueRollover>(
    `select org_id, meter, start_at from rollovers where check_at <= clock_timestamp() and org_id <> all ($2::uuid[])
      order by check_at, start_at limit $1`,
    [limit, apart],
  );
  const next = await tx.one<{ ms: number | null }>(
    `select ceil(extract(epoch from min(check_at) - clock_timestamp()) * 1000)::float8 as ms from rollovers
      where check_at > clock_timestamp()`,
  );
  return { due, nextInMs: next?.ms ?? undefined };
}

export interface OverWindow {
  start_at: Date;
  stop_at: Date;
  quota: string;
  most: string;
  periods: number;
}

/** Undefined when somebody else has counted it. */
export const lockDue = (tx: Tx, { org_id, meter, start_at }: DueRollover): Promise<OverWindow | undefined> =>
  tx.one<OverWindow>(
    `select start_at, stop_at, quota, most, periods from rollovers
      where org_id = $1 and meter = $2 and start_at = $3 and check_at <= clock_timestamp() for update`,
    [org_id, meter, start_at],
  );

/** Counted once more at once: what is left of windows that are over may be more than it was. */
export const countAgain = (
  tx: Tx,
  { orgId, meter }: MeterOf,
  windows: readonly { start: number }[],
): Promise<unknown> =>
  tx.query(
    `update rollovers set check_at = clock_timestamp()
      where org_id = $1 and meter = $2 and start_at = any ($3::timestamptz[]) and stop_at <= clock_timestamp()`,
    [orgId, meter, windows.map(({ start }) => instant(start))],
  );

export interface Carrying {
  /** Steps of the meter that are a unit. */
  unit: string;
  /** Steps that leases and holds of the window may still use. */
  reserved: string;
  reserved_until: Date | null;
  /** Steps that earlier windows had left when this one ended. */
  others: string;
  /** Units that it carries already, and those of them that are used. */
  amount: string | null;
  used: string | null;
  /** Steps beyond which prepaid units are drawn; null: nothing is. */
  draws_from: string | null;
}

export async function findCarrying(
  tx: Tx,
  { org_id, meter, start_at }: DueRollover,
  { stop_at }: OverWindow,
  id: string,
): Promise<Carrying> {
  const row = await tx.one<Carrying>(
    `with m as (select power(10::numeric, coalesce((select decimals from meters where meter = $2), 0))::bigint as unit),
     l as (select coalesce(sum(reserved), 0) as reserved, max(expires_at) as until from leases
            where org_id = $1 and meter = $2 and period_start = $3 and ${RESERVES}),
     o as (select coalesce(sum(greatest(0, g.amount * m.unit - (
                    select coalesce(sum(quantity), 0) from credit_draws d
                     where d.org_id = $1 and d.grant_id = g.id and d.at < $4))), 0) as steps
             from credit_grants g, m
            where g.org_id = $1 and g.meter = $2 and g.rollover and g.id <> $5 and g.from_at <= $4 and g.until_at > $4)
     select m.unit, l.reserved * m.unit as reserved, l.until as reserved_until, o.steps as others, g.amount,
            ceil(g.drawn::numeric / m.unit)::bigint as used,
            (select draws_from from quotas where org_id = $1 and meter = $2) as draws_from
       from m cross join l cross join o left join credit_grants g on g.org_id = $1 and g.id = $5`,
    [org_id, meter, start_at, stop_at, id],
  );
  return row as Carrying;
}

/** What a window carries, whatever it was before. */
export async function saveCarried(
  tx: Tx,
  { org_id, meter }: DueRollover,
  carried: { id: string; amount: number; from: Date; until: Date },
): Promise<void> {
  await tx.query(
    `insert into credit_grants (org_id, id, meter, amount, priority, free, from_at, until_at, given_at, name, rollover)
     values ($1, $2, $3, $4, 0, true, $5, $6, $5, 'Rollover', true)
     on conflict (org_id, id) do update set amount = excluded.amount`,
    [org_id, carried.id, meter, carried.amount, carried.from, carried.until],
  );
  await tx.query('update quotas set credited = true where org_id = $1 and meter = $2 and not credited', [
    org_id,
    meter,
  ]);
}

/**
 * It is counted. Where something of it is lent still, again a minute after that has ended, when it is lent to others; what was
 * spent and is not counted yet is waited for less and less often.
 *
 * @param lentUntil null: nothing is
 */
export const counted = (tx: Tx, { org_id, meter, start_at }: DueRollover, lentUntil: Date | null): Promise<unknown> =>
  tx.query(
    `update rollovers
        set check_at = case when $4::timestamptz is not null
                            then greatest($4::timestamptz + interval '61 seconds', now() + interval '1 minute',
                                          now() + (now() - stop_at)) end
      where org_id = $1 and meter = $2 and start_at = $3`,
    [org_id, meter, start_at, lentUntil],
  );

/** What is carried out of the window that ends then, in steps. */
export async function findCarriedOut(tx: Tx, { orgId, meter }: MeterOf, stop: number): Promise<number> {
  const row = await tx.one<{ steps: string }>(
    `select ${carriedOut('$1', '$2', '$3', '(select decimals from meters where meter = $2)')} as steps`,
    [orgId, meter, instant(stop)],
  );
  return Number(row?.steps ?? 0);
}

/** What was used in each piece of an hour without what was drawn, the last first. */
export async function findHours(
  tx: Tx,
  { orgId, meter }: MeterOf,
  { start, end }: { start: number; end: number },
): Promise<{ at: number; quantity: number }[]> {
  const rows = await tx.query<{ hour: Date; quantity: string }>(
    `select hour, quantity - (select coalesce(sum(quantity), 0) from credit_draws d
                               where d.org_id = $1 and d.meter = $2 and d.at >= hour and d.at < next) as quantity
       from (select hour, quantity, lead(hour, 1, $4::timestamptz) over (order by hour) as next from usage_hours
              where org_id = $1 and meter = $2 and hour >= $3 and hour < $4) as h
      order by hour desc`,
    [orgId, meter, instant(start), instant(end)],
  );
  return rows.map(({ hour, quantity }) => ({ at: hour.getTime(), quantity: Number(quantity) }));
}

/** Of windows whose use does not change any more. */
export const expireRollovers = (tx: Tx, days: number): Promise<unknown> =>
  tx.query("delete from rollovers where stop_at < now() - $1::int * interval '1 day'", [days]);
