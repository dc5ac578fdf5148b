import type { Tx } from '@tidegate/database/tx';
import { leftIn } from '../balances/credited.rows.ts';
import { instant, isOfHours, type MeterWindow } from '../balances/window.rules.ts';
import { plain } from '../kernel/array-literal.ts';
import type { Credit, Draw, Reclaimed } from './draw.rules.ts';

export interface NewCredit {
  id: string;
  meter: string;
  amount: number;
  priority: number;
  free: boolean;
  from: string;
  /** null: it never expires. */
  until: string | null;
  given: string;
  name: string;
}

/** Stores a grant, or its new end: what it holds and when it begins never change. */
export async function saveCredit(tx: Tx, orgId: string, credit: NewCredit): Promise<void> {
  await tx.query(
    `insert into credit_grants (org_id, id, meter, amount, priority, free, from_at, until_at, given_at, name)
     values ($1, $2, $3, $4, $5, $6, $7, coalesce($8::timestamptz, 'infinity'), $9, $10)
     on conflict (org_id, id) do update set until_at = excluded.until_at`,
    [
      orgId,
      credit.id,
      credit.meter,
      credit.amount,
      credit.priority,
      credit.free,
      credit.from,
      credit.until,
      credit.given,
      credit.name,
    ],
  );
  await tx.query('update quotas set credited = true where org_id = $1 and meter = $2 and not credited', [
    orgId,
    credit.meter,
  ]);
}

export interface MeterOf {
  orgId: string;
  meter: string;
}

interface CreditRow {
  org_id: string;
  id: string;
  meter: string;
  rollover: boolean;
  amount: string;
  decimals: number;
  left: string;
  priority: number;
  free: boolean;
  from_ms: number;
  until_ms: number;
  given_ms: number;
}

/** Milliseconds since 1970; what never ends does so after every instant of ours. */
const ms = (column: string, name: string): string => `extract(epoch from ${column})::float8 * 1000 as ${name}`;

/**
 * The grants of these meters that are not over before an instant, locked in one order until the transaction ends: whoever
 * draws from a meter takes turns, and sees what the others have counted.
 */
export const lockCredits = (tx: Tx, of: readonly MeterOf[], since: string): Promise<CreditRow[]> =>
  tx.query<CreditRow>(
    `select g.org_id, g.id, g.meter, g.rollover, g.amount, coalesce(m.decimals, 0) as decimals,
            ${leftIn('m.decimals')} as "left", g.priority, g.free, ${ms('g.from_at', 'from_ms')},
            ${ms("least(g.until_at, '9999-12-31')", 'until_ms')}, ${ms('g.given_at', 'given_ms')}
       from credit_grants g join unnest($1::uuid[], $2::text[]) as t(org_id, meter)
              on t.org_id = g.org_id and t.meter = g.meter
            left join meters m on m.meter = g.meter
      where g.until_at > $3
      order by g.org_id, g.meter, g.id for update of g`,
    [of.map(({ orgId }) => orgId), of.map(({ meter }) => meter), since],
  );

export const toCredit = (row: CreditRow): Credit => ({
  id: row.id,
  rollover: row.rollover,
  left: Number(row.left),
  priority: row.priority,
  free: row.free,
  from: row.from_ms,
  until: row.until_ms,
  given: row.given_ms,
});

/** What was used in each window without what was drawn, in their order. */
export async function findNet(
  tx: Tx,
  windows: readonly (MeterWindow & { orgId: string })[],
): Promise<{ used: number; drawn: number }[]> {
  const rows = await tx.query<{ used: string; drawn: string }>(
    `select case when w.of_hours
              then (select coalesce(sum(quantity), 0) from usage_hours h
                     where h.org_id = w.org_id and h.meter = w.meter and h.hour >= w.start and h.hour < w.stop)
              else (select coalesce(sum(used), 0) from usage_balances b
                     where b.org_id = w.org_id and b.meter = w.meter
                       and b.period_start >= w.start and b.period_start < w.stop)
            end as used,
            (select coalesce(sum(quantity), 0) from credit_draws d
              where d.org_id = w.org_id and d.meter = w.meter and d.at >= w.start and d.at < w.stop) as drawn
       from unnest($1::uuid[], $2::text[], $3::boolean[], $4::timestamptz[], $5::timestamptz[])
              with ordinality as w(org_id, meter, of_hours, start, stop, n)
      order by n`,
    [
      windows.map(({ orgId }) => orgId),
      windows.map(({ meter }) => meter),
      windows.map(({ per }) => isOfHours(per)),
      windows.map(({ start }) => instant(start)),
      windows.map(({ end }) => instant(end)),
    ],
  );
  return rows.map(({ used, drawn }) => ({ used: Number(used), drawn: Number(drawn) }));
}

/** Single draws of a window, for what is given back. */
export const findDraws = (
  tx: Tx,
  { orgId, meter, start, end }: MeterWindow & { orgId: string },
): Promise<{ grant_id: string; at: Date; quantity: string }[]> =>
  tx.query(
    `select grant_id, at, quantity from credit_draws
      where org_id = $1 and meter = $2 and at >= $3 and at < $4 order by at, grant_id`,
    [orgId, meter, instant(start), instant(end)],
  );

/** Everything that was drawn of a grant. */
export const findDrawsOf = (
  tx: Tx,
  orgId: string,
  grant: string,
): Promise<{ grant_id: string; at: Date; quantity: string }[]> =>
  tx.query('select grant_id, at, quantity from credit_draws where org_id = $1 and grant_id = $2 order by at', [
    orgId,
    grant,
  ]);

/** Writes draws of one organisation down, and what they leave of their grants. */
export async function saveDraws(tx: Tx, { orgId, meter }: MeterOf, draws: readonly Draw[]): Promise<void> {
  await tx.query(
    `with given as (
       select * from unnest($3::uuid[], $4::timestamptz[], $5::bigint[]) as t(grant_id, at, quantity)),
     added as (
       insert into credit_draws as d (org_id, meter, at, grant_id, quantity)
       select $1, $2, at, grant_id, quantity from given where quantity > 0 order by at, grant_id
       on conflict (org_id, meter, at, grant_id) do update set quantity = d.quantity + excluded.quantity),
     emptied as (
       delete from credit_draws d using given g
        where d.org_id = $1 and d.meter = $2 and d.at = g.at and d.grant_id = g.grant_id
          and g.quantity < 0 and d.quantity = -g.quantity),
     lessened as (
       update credit_draws d set quantity = d.quantity + g.quantity from given g
        where d.org_id = $1 and d.meter = $2 and d.at = g.at and d.grant_id = g.grant_id
          and g.quantity < 0 and d.quantity > -g.quantity)
     update credit_grants c set drawn = c.drawn + s.quantity
       from (select grant_id, sum(quantity)::bigint as quantity from given group by 1) as s
      where c.org_id = $1 and c.id = s.grant_id`,
    [
      orgId,
      meter,
      plain(draws, ({ grant }) => grant),
      plain(draws, ({ at }) => instant(at)),
      plain(draws, ({ quantity }) => quantity),
    ],
  );
}

/** What was carried out of a window is used in it after all. */
export const reclaimUnits = (tx: Tx, orgId: string, { grant, units }: Reclaimed): Promise<unknown> =>
  tx.query('update credit_grants set amount = amount - $3 where org_id = $1 and id = $2', [orgId, grant, units]);

interface ListedCredit {
  id: string;
  meter: string;
  left: string;
  decimals: number;
  rollover: boolean;
  amount: string;
  from_at: Date;
  until_at: Date;
}

/** In the order in which they are drawn; of those that are used up or over only the newest. */
export const listCredits = (tx: Tx, orgId: string): Promise<ListedCredit[]> =>
  tx.query<ListedCredit>(
    `select id, meter, "left", decimals, rollover, amount, from_at, until_at from (
       select g.*, ${leftIn('m.decimals')} as "left", coalesce(m.decimals, 0) as decimals,
              row_number() over (partition by ${leftIn('m.decimals')} > 0 and until_at > now()
                                 order by given_at desc, id) as n
         from credit_grants g left join meters m on m.meter = g.meter where org_id = $1) as g
      where "left" > 0 and until_at > now() or n <= 1000
      order by meter, not rollover, priority, until_at, not free, given_at, id`,
    [orgId],
  );

/** Draws from so long ago are one row a month and grant: nothing is charged or given back by them any more. */
export async function rollUpDraws(tx: Tx, days: number): Promise<void> {
  await tx.query(
    `with old as (
       delete from credit_draws where at < date_trunc('month', now() - $1::int * interval '1 day', 'UTC')
          and at <> date_trunc('month', at, 'UTC')
       returning org_id, meter, date_trunc('month', at, 'UTC') as at, grant_id, quantity)
     insert into credit_draws as d (org_id, meter, at, grant_id, quantity)
     select org_id, meter, at, grant_id, sum(quantity)::bigint from old group by 1, 2, 3, 4
     on conflict (org_id, meter, at, grant_id) do update set quantity = d.quantity + excluded.quantity`,
    [days],
  );
}
