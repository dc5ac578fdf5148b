import type { Tx } from '@tidegate/database/tx';
import { arrayText } from '../kernel/array-literal.ts';

/** A value that holds from its instant on. */
export interface Point {
  meter: string;
  series: string;
  at: string;
  key: string;
  digest: number;
  value: number;
  until: string | undefined;
  source: string;
  id: string;
}

export interface Series {
  meter: string;
  series: string;
  name: string;
  labels: readonly string[] | undefined;
  firstAt: string;
}

/** How many series a meter has that run or may still get events. */
export async function countSeries(tx: Tx, orgId: string, meter: string, days: number): Promise<number> {
  const row = await tx.one<{ count: number }>(
    `select count(*)::int as count from usage_series
      where org_id = $1 and meter = $2 and (live_until is null or live_until > now() - $3::int * interval '1 day')`,
    [orgId, meter, days],
  );
  return row?.count ?? 0;
}

/** Those of these series that are known. */
export async function findSeries(
  tx: Tx,
  orgId: string,
  meter: string,
  series: readonly string[],
): Promise<Set<string>> {
  const rows = await tx.query<{ series: string }>(
    'select series from usage_series where org_id = $1 and meter = $2 and series = any($3::uuid[])',
    [orgId, meter, series],
  );
  return new Set(rows.map((row) => row.series));
}

/** Stores points whose events were not counted before, and answers their keys. */
export async function insertPoints(tx: Tx, orgId: string, points: readonly Point[]): Promise<Set<string>> {
  const rows = await tx.query<{ key: string }>(
    `with input as (
       select * from unnest($2::text[], $3::uuid[], $4::timestamptz[], $5::uuid[], $6::int[], $7::bigint[],
                            $8::timestamptz[], $9::text[], $10::text[])
         as t(meter, series, at, key, digest, value, until_at, source, id)),
     claimed as (
       insert into usage_identities (org_id, key, digest, seen, at, generation)
       select $1, key, digest, now()::date, at, (select generation from usage_identity_generations where closed_at is null)
         from input
        where not exists (select from usage_identities u where u.org_id = $1 and u.key = input.key)
       on conflict (org_id, key, generation) do nothing returning key)
     insert into usage_gauges (org_id, meter, series, at, key, value, until_at, source, id)
     select $1, i.meter, i.series, i.at, i.key, i.value, i.until_at, i.source, i.id
       from input i join claimed c on c.key = i.key
     returning replace(key::text, '-', '') as key`,
    [
      orgId,
      points.map(({ meter }) => meter),
      points.map(({ series }) => series),
      points.map(({ at }) => at),
      points.map(({ key }) => key),
      points.map(({ digest }) => digest),
      points.map(({ value }) => value),
      points.map(({ until }) => until ?? null),
      points.map(({ source }) => source),
      points.map(({ id }) => id),
    ],
  );
  return new Set(rows.map(({ key }) => key));
}

export async function saveSeries(tx: Tx, orgId: string, list: readonly Series[]): Promise<void> {
  await tx.query(
    `insert into usage_series (org_id, meter, series, name, labels, first_at)
     select $1, meter, series, name, labels::text[], first_at
       from unnest($2::text[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[])
         as t(meter, series, name, labels, first_at)
     on conflict do nothing`,
    [
      orgId,
      list.map(({ meter }) => meter),
      list.map(({ series }) => series),
      list.map(({ name }) => name),
      list.map(({ labels }) => (labels ? arrayText(labels) : null)),
      list.map(({ firstAt }) => firstAt),
    ],
  );
}

/** Where a series has changed. */
export interface Touched {
  meter: string;
  series: string;
  since: string;
}

/** Makes the areas of all points from there on true again. Whoever writes holds the lock of the meter. */
export async function recompute(tx: Tx, orgId: string, touched: readonly Touched[]): Promise<void> {
  const input = [
    orgId,
    touched.map(({ meter }) => meter),
    touched.map(({ series }) => series),
    touched.map(({ since }) => since),
  ];
  const TOUCHED = 'unnest($2::text[], $3::uuid[], $4::timestamptz[]) as t(meter, series, since)';
  const OF = 'p.org_id = $1 and p.meter = t.meter and p.series = t.series and not p.voided';
  await tx.query(
    `with chain as (
       select p.*, p.area as known
         from ${TOUCHED}, lateral (select p.* from usage_gauges p where ${OF} and p.at < t.since
                                    order by p.at desc, p.key desc limit 1) as p
       union all
       select p.*, null from ${TOUCHED} join usage_gauges p on ${OF} and p.at >= t.since),
     widths as (
       select meter, series, at, key, known,
              lag(value) over w * greatest(0, round((extract(epoch from
                least(at, coalesce(lag(until_at) over w, at)) - lag(at) over w) * 1000)::numeric)) as width
         from chain window w as (partition by meter, series order by at, key)),
     areas as (
       select meter, series, at, key, known,
              sum(coalesce(known, width, 0)) over (partition by meter, series order by at, key) as area from widths)
     update usage_gauges g set area = a.area from areas a
      where a.known is null and g.org_id = $1 and g.meter = a.meter and g.series = a.series and g.at = a.at
        and g.key = a.key and g.area <> a.area`,
    input,
  );
  await tx.query(
    `update usage_series s
        set first_at = least(s.first_at, t.since),
            live_until = case when last.at is null then s.first_at when last.value = 0 then last.at else last.until_at end
       from ${TOUCHED}
            left join lateral (select p.at, p.value, p.until_at from usage_gauges p where ${OF}
                                order by p.at desc, p.key desc limit 1) as last on true
      where s.org_id = $1 and s.meter = t.meter and s.series = t.series`,
    input,
  );
}

export interface StoredPoint {
  meter: string;
  series: string;
  at: Date;
  value: string;
  voided: boolean;
  source: string;
  id: string;
}

export const findPoint = (tx: Tx, orgId: string, key: string): Promise<StoredPoint | undefined> =>
  tx.one<StoredPoint>(
    'select meter, series, at, value, voided, source, id from usage_gauges where org_id = $1 and key = $2::uuid',
    [orgId, key],
  );

export async function changePoint(
  tx: Tx,
  orgId: string,
  key: string,
  { value, voided }: { value: number; voided: boolean },
): Promise<void> {
  await tx.query('update usage_gauges set value = $3, voided = $4 where org_id = $1 and key = $2::uuid', [
    orgId,
    key,
    value,
    voided,
  ]);
}

/**
 * Of old points only the last one of each hour stays: what was used by then is known by whole hours for ever, and what
 * still holds goes on.
 */
export async function thinGauges(tx: Tx, days: number): Promise<void> {
  await tx.query(
    `delete from usage_gauges g
      where g.at < date_trunc('hour', now() - $1::int * interval '1 day')
        and exists (select from usage_gauges n
                     where n.org_id = g.org_id and n.meter = g.meter and n.series = g.series and not n.voided
                       and (n.at, n.key) > (g.at, g.key) and n.at < date_trunc('hour', g.at, 'UTC') + interval '1 hour')`,
    [days],
  );
}
