import type { Tx } from '@tidegate/database/tx';
import type { Balance } from './balance.rules.ts';
import { carriedOut, drawnIn, isLeftAt, leftIn } from './credited.rows.ts';
import { instant, isOfHours, type MeterWindow } from './window.rules.ts';

/**
 * A lease reserves its units until they are reported, or until it has been expired for a while without being returned. A
 * hold is committed with its usage in one step, so it frees its units the moment it expires.
 */
export const RESERVES =
  "reserved > 0 and (spent is not null or expires_at > now() - case when hold then interval '0' else interval '60 seconds' end)";

type Sums = Record<'used' | 'reserved' | 'drawn' | 'credits' | 'carried' | 'elsewhere', string>;
type BalanceRow = Sums & {
  credits_until: Date | number | null;
  carried_until: Date | null;
  decimals: number | null;
  lendable: boolean | null;
};

/**
 * What is used, lent (or carried on, where a window is over) and prepaid in each of these windows, all at one moment, in their order: a unit that moves from lent to
 * used, or from prepaid to drawn, is seen in one place.
 *
 * @param at an instant, by default now: prepaid units that can be drawn then
 */
export async function findBalances(
  tx: Tx,
  orgId: string,
  windows: readonly MeterWindow[],
  at?: string,
): Promise<Balance[]> {
  const rows = await tx.query<BalanceRow>(
    `select m.decimals, m.decimals = 0 and m.aggregate in ('sum', 'count') as lendable,
            case when m.aggregate = 'time_weighted' then gauge_used($1, w.meter, w.start, w.stop)
              when w.of_hours
              then (select coalesce(sum(quantity), 0) from usage_hours h
                     where h.org_id = $1 and h.meter = w.meter and h.hour >= w.start and h.hour < w.stop)
              else (select coalesce(sum(used), 0) from usage_balances b
                     where b.org_id = $1 and b.meter = w.meter and b.period_start >= w.start and b.period_start < w.stop)
            end as used,
            (select coalesce(sum(reserved), 0) from leases l
              where l.org_id = $1 and l.meter = w.meter and l.period_start < w.stop
                and coalesce(l.period_end, l.expires_at) > w.start and ${RESERVES})
              + ${carriedOut('$1', 'w.meter', 'w.stop', 'm.decimals')} as reserved,
            ${drawnIn('$1')} as drawn, c.credits, c.credits_until, c.carried, c.carried_until,
            (select coalesce(sum(least(reserved, credit_units)), 0) from leases l
              where l.org_id = $1 and l.meter = w.meter and l.credit_units > 0 and ${RESERVES}
                and not (l.period_start < w.stop and coalesce(l.period_end, l.expires_at) > w.start)) as elsewhere
       from unnest($2::text[], $3::boolean[], $4::timestamptz[], $5::timestamptz[])
              with ordinality as w(meter, of_hours, start, stop, n)
            left join meters m on m.meter = w.meter,
            lateral (select coalesce(sum(${leftIn('m.decimals')}), 0) as credits, min(until_at) as credits_until,
                            coalesce(sum(${leftIn('m.decimals')}) filter (where rollover), 0) as carried,
                            min(until_at) filter (where rollover) as carried_until
                       from credit_grants g
                      where g.org_id = $1 and g.meter = w.meter
                        and ${isLeftAt('coalesce($6::timestamptz, now())', 'm.decimals')}) as c
      order by n`,
    [
      orgId,
      windows.map(({ meter }) => meter),
      windows.map(({ per }) => isOfHours(per)),
      windows.map(({ start }) => instant(start)),
      windows.map(({ end }) => instant(end)),
      at ?? null,
    ],
  );
  return rows.map(({ credits_until: until, carried_until, decimals, lendable, ...sums }) => ({
    used: Number(sums.used),
    reserved: Number(sums.reserved),
    drawn: Number(sums.drawn),
    credits: Number(sums.credits),
    carried: Number(sums.carried),
    carriedUntil: carried_until?.toISOString() ?? null,
    elsewhere: Number(sums.elsewhere),
    // `infinity` comes as a number.
    creditsUntil: until instanceof Date ? until.toISOString() : null,
    decimals: decimals ?? 0,
    lendable: lendable ?? true,
  }));
}
