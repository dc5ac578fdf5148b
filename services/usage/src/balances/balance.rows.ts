import type { Tx } from '@tidegate/database/tx';

export interface Balance {
  used: number;
  /** Lent and not yet reported. */
  reserved: number;
}

/** A lease reserves its units until they are reported, or until it has been expired for a while without being returned. */
export const RESERVES = "reserved > 0 and (spent is not null or expires_at > now() - interval '60 seconds')";

/** The balance of every meter in the period, in one read. */
export async function findBalances(tx: Tx, orgId: string, periodStart: string): Promise<Map<string, Balance>> {
  const rows = await tx.query<{ meter: string; used: string; reserved: string }>(
    `select meter, sum(used) as used, sum(reserved) as reserved from (
       select meter, used, 0 as reserved from usage_balances where org_id = $1 and period_start = $2
       union all
       select meter, 0, reserved from leases where org_id = $1 and period_start = $2 and ${RESERVES}) as t
     group by meter`,
    [orgId, periodStart],
  );
  return new Map(rows.map((row) => [row.meter, { used: Number(row.used), reserved: Number(row.reserved) }]));
}

export interface Bucket {
  start: Date;
  quantity: string;
  events: string;
}

/** Whole steps in that time zone, truncated only where a period begins or ends. */
export interface BucketRange {
  orgId: string;
  meter: string;
  granularity: 'hour' | 'day';
  timeZone: string;
  /** Without it: `steps` steps up to `to`. */
  from: string | undefined;
  to: string;
  steps: number;
  /** The edge is where a period begins, so that its step is truncated there. */
  cutFrom: boolean;
  cutTo: boolean;
}

/** Every step of the range with its usage, including empty ones. */
export function findBuckets(tx: Tx, asked: BucketRange): Promise<Bucket[]> {
  return tx.query<Bucket>(
    `with edges as (
       select $4::timestamptz as first, $5::timestamptz as last, ('1 ' || $3)::interval as step),
     whole as (
       select *, date_trunc($3, (last - interval '1 microsecond') at time zone $6) as newest from edges),
     steps as (
       select s at time zone $6 as start, (s + step) at time zone $6 as stop, first, last
         from whole, generate_series(coalesce(date_trunc($3, first at time zone $6), newest - ($7 - 1) * step),
                                     newest, step) as s),
     range as (
       select array_agg(case when $8 then greatest(start, first) else start end order by start) as starts,
              min(case when $8 then greatest(start, first) else start end) as low,
              max(case when $9 then least(stop, last) else stop end) as high
         from steps),
     -- One index scan, whose rows are then assigned to their steps: joining step by step takes seconds.
     sums as (
       select width_bucket(h.hour, r.starts) as n, sum(h.quantity) as quantity, sum(h.events) as events
         from range r join usage_hours h
           on h.org_id = $1 and h.meter = $2 and h.hour >= r.low and h.hour < r.high
        group by 1)
     select t.start, coalesce(s.quantity, 0) as quantity, coalesce(s.events, 0) as events
       from range r, unnest(r.starts) with ordinality as t(start, n) left join sums s on s.n = t.n
      order by 1`,
    [
      asked.orgId,
      asked.meter,
      asked.granularity,
      asked.from ?? null,
      asked.to,
      asked.timeZone,
      asked.steps,
      asked.cutFrom,
      asked.cutTo,
    ],
  );
}
