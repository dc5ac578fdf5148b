import type { Tx } from '@tidegate/database/tx';
import type { AggregateRow } from './aggregate.rows.ts';
import type { ByDifference, Held } from './aggregate.rules.ts';

/** What an event says, in the window in which it counts. */
export interface ValueRow extends AggregateRow {
  key: string;
}

export interface StoredValue extends ValueRow {
  n: number;
  voided: boolean;
}

type Window = Pick<AggregateRow, 'meter' | 'start' | 'hash'>;

export async function insertValues(tx: Tx, orgId: string, rows: readonly ValueRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `insert into usage_values (org_id, meter, window_start, window_end, hash, key, at, value)
     select $1, meter, start, stop, hash, key, at, value
       from unnest($2::text[], $3::timestamptz[], $4::timestamptz[], $5::uuid[], $6::uuid[], $7::timestamptz[],
                   $8::bigint[]) with ordinality as t(meter, start, stop, hash, key, at, value, place) order by place
     on conflict do nothing`,
    [
      orgId,
      rows.map(({ meter }) => meter),
      rows.map(({ start }) => start),
      rows.map(({ end }) => end),
      rows.map(({ hash }) => hash),
      rows.map(({ key }) => key),
      rows.map(({ at }) => at),
      rows.map(({ value }) => value),
    ],
  );
}

/** What these events say now; one that was counted before values were stored is not there. By key. */
export async function findValues(
  tx: Tx,
  orgId: string,
  events: readonly { key: string; at: string }[],
): Promise<Map<string, StoredValue>> {
  const rows = await tx.query<{
    key: string;
    meter: string;
    window_start: Date;
    window_end: Date | null;
    hash: string;
    at: Date;
    value: string;
    voided: boolean;
    n: string;
  }>(
    `select replace(v.key::text, '-', '') as key, v.meter, v.window_start, v.window_end, v.hash, v.at, v.value, v.voided, v.n
       from unnest($2::uuid[], $3::timestamptz[]) as t(key, at)
            join usage_values v on v.org_id = $1 and v.key = t.key and v.at = t.at`,
    [orgId, events.map(({ key }) => key), events.map(({ at }) => at)],
  );
  return new Map(
    rows.map(({ key, meter, hash, voided, ...row }) => [
      key,
      {
        ...{ key, meter, hash, voided, at: row.at.toISOString(), start: row.window_start.toISOString() },
        ...{ end: row.window_end?.toISOString() ?? null, value: Number(row.value), n: Number(row.n) },
      },
    ]),
  );
}

/**
 * What was counted of these windows and is the value of no event, because a version that stored none counted it meanwhile,
 * becomes the value of nobody's.
 */
export async function explainAggregates(tx: Tx, orgId: string, windows: readonly Window[]): Promise<void> {
  await tx.query(
    `insert into usage_values (org_id, at, meter, window_start, window_end, hash, value)
     select a.org_id, a.at, a.meter, a.window_start, a.window_end, a.hash, a.value
       from unnest($2::text[], $3::timestamptz[], $4::uuid[]) as t(meter, start, hash)
            join usage_aggregates a on a.org_id = $1 and a.meter = t.meter and a.window_start = t.start and a.hash = t.hash
      where not exists (select from usage_values v
                         where v.org_id = $1 and v.meter = a.meter and v.window_start = a.window_start and v.hash = a.hash
                           and not v.voided and v.value = a.value and v.at = a.at)`,
    columns(orgId, windows),
  );
}

const BEST: Record<ByDifference, string> = {
  unique: 'v.n',
  max: 'v.value desc, v.n',
  latest: 'v.at desc, v.n desc',
};

/** Of each window what would count if these events did not, in their order. */
export async function findBestOfRest(
  tx: Tx,
  orgId: string,
  { aggregate, windows, without }: { aggregate: ByDifference; windows: readonly Window[]; without: readonly string[] },
): Promise<(Held | undefined)[]> {
  const rows = await tx.query<{ value: string | null; at: Date; n: string }>(
    `select b.value, b.at, b.n
       from unnest($2::text[], $3::timestamptz[], $4::uuid[]) with ordinality as t(meter, start, hash, place)
            left join lateral (
              select v.value, v.at, v.n from usage_values v
               where v.org_id = $1 and v.meter = t.meter and v.window_start = t.start and v.hash = t.hash
                 and not v.voided and v.key <> all($5::uuid[])
               order by ${BEST[aggregate]} limit 1) as b on true
      order by t.place`,
    [...columns(orgId, windows), without],
  );
  return rows.map(({ value, at, n }) =>
    value === null ? undefined : { value: Number(value), at: at.getTime(), n: Number(n) },
  );
}

const columns = (orgId: string, windows: readonly Window[]): unknown[] => [
  orgId,
  windows.map(({ meter }) => meter),
  windows.map(({ start }) => start),
  windows.map(({ hash }) => hash),
];

/** What these events say from now on. */
export async function updateValues(
  tx: Tx,
  orgId: string,
  rows: readonly Pick<StoredValue, 'key' | 'at' | 'hash' | 'value' | 'voided'>[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `update usage_values v set hash = t.hash, value = t.value, voided = t.voided
       from unnest($2::uuid[], $3::timestamptz[], $4::uuid[], $5::bigint[], $6::boolean[]) as t(key, at, hash, value, voided)
      where v.org_id = $1 and v.key = t.key and v.at = t.at`,
    [
      orgId,
      rows.map(({ key }) => key),
      rows.map(({ at }) => at),
      rows.map(({ hash }) => hash),
      rows.map(({ value }) => value),
      rows.map(({ voided }) => voided),
    ],
  );
}

/**
 * What no backfill reaches any more goes with its window; of windows that last longer what decides them stays, which is one
 * value of each combination.
 */
export async function expireValues(tx: Tx, days: number): Promise<void> {
  const OLD = "now() - $1::int * interval '1 day'";
  await tx.query(`delete from usage_values where at < ${OLD} and (voided or window_end < ${OLD})`, [days]);
  await tx.query(
    `delete from usage_values v using meters m
      where v.at < ${OLD} and m.meter = v.meter
        and exists (select from usage_values b
                     where b.org_id = v.org_id and b.meter = v.meter and b.window_start = v.window_start
                       and b.hash = v.hash and b.at < ${OLD} and not b.voided
                       and case m.aggregate when 'max' then (b.value, -b.n) > (v.value, -v.n)
                                            when 'latest' then (b.at, b.n) > (v.at, v.n) else b.n < v.n end)`,
    [days],
  );
}
