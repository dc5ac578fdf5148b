import { createHash } from 'node:crypto';
import type { Rollover } from '@tidegate/contracts/billing/features';
import type { Tx } from '@tidegate/database/tx';

/** A window of which something may be carried into the next. */
export interface RolloverWindow {
  meter: string;
  /** Epoch milliseconds, half-open. */
  start: number;
  stop: number;
  /** What the plan gave in it, in units. */
  quota: number;
  terms: Rollover;
}

/** What a window carries has one id, whoever counts it and however often. */
export function rolloverId(orgId: string, meter: string, start: number): string {
  const hex = createHash('sha256').update(`rollover ${orgId} ${meter} ${start}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The running windows, as the plan is now. What runs and is not among them was cut short, or its plan carries nothing. */
export async function saveRunning(
  tx: Tx,
  orgId: string,
  windows: readonly RolloverWindow[],
  now: number,
): Promise<void> {
  await tx.query(
    `delete from rollovers where org_id = $1 and stop_at > $2
        and (meter, start_at) not in (select * from unnest($3::text[], $4::timestamptz[]))`,
    [orgId, at(now), windows.map(({ meter }) => meter), windows.map(({ start }) => at(start))],
  );
  for (const window of windows) await saveWindow(tx, orgId, window);
}

/** The window after one that is over, unless it is known already. */
export const openWindow = (
  tx: Tx,
  orgId: string,
  { meter, start, stop, quota, terms: { max, periods } }: RolloverWindow,
): Promise<unknown> =>
  tx.query(
    `insert into rollovers (org_id, meter, start_at, stop_at, quota, most, periods, check_at)
     values ($1, $2, $3, $4, $5, $6, $7, $4) on conflict do nothing`,
    [orgId, meter, at(start), at(stop), quota, max, periods],
  );

const saveWindow = (
  tx: Tx,
  orgId: string,
  { meter, start, stop, quota, terms: { max, periods } }: RolloverWindow,
): Promise<unknown> =>
  tx.query(
    `insert into rollovers (org_id, meter, start_at, stop_at, quota, most, periods, check_at)
     values ($1, $2, $3, $4, $5, $6, $7, $4)
     on conflict (org_id, meter, start_at) do update
       set stop_at = excluded.stop_at, quota = excluded.quota, most = excluded.most, periods = excluded.periods,
           check_at = excluded.check_at
     where (rollovers.stop_at, rollovers.quota, rollovers.most, rollovers.periods)
             is distinct from (excluded.stop_at, excluded.quota, excluded.most, excluded.periods)`,
    [orgId, meter, at(start), at(stop), quota, max, periods],
  );

/**
 * No more is carried than the plan in force allows: of what was carried, what expires first is taken away, but for what was
 * used of it; and what windows that are over still carry is bounded as well.
 *
 * @param most by meter; those that are not named carry nothing
 */
export async function boundRollovers(
  tx: Tx,
  orgId: string,
  most: Readonly<Record<string, number>>,
  now: number,
): Promise<void> {
  const meters = Object.keys(most);
  const bounds = [meters, meters.map((meter) => most[meter])];
  // Whoever draws has finished, and is seen by what follows.
  await tx.query('select 1 from credit_grants where org_id = $1 and rollover order by meter, id for update', [orgId]);
  await tx.query(
    `with bound as (select * from unnest($2::text[], $3::bigint[]) as b(meter, most)),
     left_over as (
       select g.id, g.meter, s.used, g.amount - s.used as units,
              sum(g.amount - s.used) over (partition by g.meter order by g.until_at desc, g.from_at desc, g.id) as later
         from credit_grants g left join meters m on m.meter = g.meter,
              lateral (select ceil(g.drawn / power(10::numeric, coalesce(m.decimals, 0)))::bigint as used) as s
        where g.org_id = $1 and g.rollover and g.until_at > $4)
     update credit_grants g set amount = l.used + greatest(0, least(l.units, coalesce(b.most, 0) - (l.later - l.units)))
       from left_over l left join bound b on b.meter = l.meter
      where g.org_id = $1 and g.id = l.id and l.later > coalesce(b.most, 0)`,
    [orgId, ...bounds, at(now)],
  );
  await tx.query('delete from rollovers where org_id = $1 and meter <> all ($2::text[])', [orgId, meters]);
  await tx.query(
    `update rollovers r set most = b.most from unnest($2::text[], $3::bigint[]) as b(meter, most)
      where r.org_id = $1 and r.meter = b.meter and r.most > b.most`,
    [orgId, ...bounds],
  );
}

const at = (ms: number): Date => new Date(ms);
