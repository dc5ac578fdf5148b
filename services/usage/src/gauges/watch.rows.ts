import type { Tx } from '@tidegate/database/tx';

export interface Running {
  /** Steps that are added in an hour as it is now. */
  rate: number;
  /** When the first value ends by itself. */
  ends: Date | null;
  /** In steps; null: no limit. */
  quota: string | null;
}

/** What of a meter runs at the moment, and its limit. */
export const findRunning = (tx: Tx, orgId: string, meter: string): Promise<Running | undefined> =>
  tx.one<Running>(
    `select coalesce(sum(p.value), 0)::float8 as rate, min(p.until_at) as ends,
            (select quota from quotas where org_id = $1 and meter = $2) as quota
       from usage_series s, lateral (
              select value, until_at from usage_gauges g
               where g.org_id = $1 and g.meter = $2 and g.series = s.series and not g.voided and g.at <= now()
               order by g.at desc, g.key desc limit 1) as p
      where s.org_id = $1 and s.meter = $2 and (s.live_until is null or s.live_until > now())
        and (p.until_at is null or p.until_at > now())`,
    [orgId, meter],
  );

export async function saveWatch(tx: Tx, orgId: string, meter: string, dueAt: number | null): Promise<void> {
  await tx.query(
    `insert into gauge_watches (org_id, meter, due_at) values ($1, $2, $3)
     on conflict (org_id, meter) do update set due_at = excluded.due_at`,
    [orgId, meter, dueAt === null ? null : new Date(dueAt)],
  );
}

/** Meters to look at now, but for those of who waits apart, and when the next is due, in milliseconds from now. Needs to see all organisations. */
export async function findDueWatches(
  tx: Tx,
  limit: number,
  apart: readonly string[],
): Promise<{ due: { org_id: string; meter: string }[]; nextInMs: number | undefined }> {
  const due = await tx.query<{ org_id: string; meter: string }>(
    `select org_id, meter from gauge_watches where due_at <= clock_timestamp() and org_id <> all ($2::uuid[])
      order by due_at limit $1`,
    [limit, apart],
  );
  const next = await tx.one<{ ms: number | null }>(
    `select ceil(extract(epoch from min(due_at) - clock_timestamp()) * 1000)::float8 as ms
       from gauge_watches where due_at > clock_timestamp()`,
  );
  return { due, nextInMs: next?.ms ?? undefined };
}
