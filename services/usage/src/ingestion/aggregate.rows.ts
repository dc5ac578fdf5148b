import type { Tx } from '@tidegate/database/tx';

export interface AggregateRow {
  meter: string;
  start: string;
  hash: string;
  value: number;
  at: string;
  end: string | null;
}

export const findAggregates = (
  tx: Tx,
  orgId: string,
  windows: readonly Pick<AggregateRow, 'meter' | 'start' | 'hash'>[],
): Promise<{ n: string; value: string; at: Date }[]> =>
  tx.query(
    `select t.n, a.value, a.at from unnest($2::text[], $3::timestamptz[], $4::uuid[]) with ordinality as t(meter, start, hash, n)
       join usage_aggregates a on a.org_id = $1 and a.meter = t.meter and a.window_start = t.start and a.hash = t.hash`,
    [orgId, windows.map(({ meter }) => meter), windows.map(({ start }) => start), windows.map(({ hash }) => hash)],
  );

export async function saveAggregates(tx: Tx, orgId: string, rows: readonly AggregateRow[]): Promise<void> {
  await tx.query(
    `insert into usage_aggregates (org_id, meter, window_start, hash, value, at, window_end)
     select $1, t.* from unnest($2::text[], $3::timestamptz[], $4::uuid[], $5::bigint[], $6::timestamptz[],
                                $7::timestamptz[]) as t
     on conflict (org_id, meter, window_start, hash) do update set value = excluded.value, at = excluded.at`,
    [
      orgId,
      rows.map(({ meter }) => meter),
      rows.map(({ start }) => start),
      rows.map(({ hash }) => hash),
      rows.map(({ value }) => value),
      rows.map(({ at }) => at),
      rows.map(({ end }) => end),
    ],
  );
}

/** Of windows in which nothing counts any more. */
export async function deleteAggregates(
  tx: Tx,
  orgId: string,
  windows: readonly Pick<AggregateRow, 'meter' | 'start' | 'hash'>[],
): Promise<void> {
  await tx.query(
    `delete from usage_aggregates a using unnest($2::text[], $3::timestamptz[], $4::uuid[]) as t(meter, start, hash)
      where a.org_id = $1 and a.meter = t.meter and a.window_start = t.start and a.hash = t.hash`,
    [orgId, windows.map(({ meter }) => meter), windows.map(({ start }) => start), windows.map(({ hash }) => hash)],
  );
}

/** Of windows into which no event can fall any more. */
export async function expireAggregates(tx: Tx, days: number): Promise<void> {
  await tx.query("delete from usage_aggregates where window_end < now() - $1::int * interval '1 day'", [days]);
}
