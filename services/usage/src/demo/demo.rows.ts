import type { Tx } from '@tidegate/database/tx';
import type { MadeUpEvent } from './made-up.rules.ts';

const TABLES = ['usage_events', 'usage_hours', 'usage_balances', 'quota_alerts'];

/** Replaces all that there is of a meter: events, and the sums that follow from them. */
export async function replaceUse(tx: Tx, meter: string, events: readonly MadeUpEvent[]): Promise<void> {
  for (const table of TABLES)
    await tx.query(`delete from ${table} where org_id = $1 and meter = $2`, [tx.orgId, meter]);
  await tx.query(
    `with input as materialized (
       select * from unnest($3::timestamptz[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[])
         as t(at, quantity, source, id, period_start)),
     stored as (
       insert into usage_events (org_id, at, meter, quantity, source, id, received_at)
       select $1, at, $2, quantity, source, id, at from input),
     hours as (
       insert into usage_hours (org_id, meter, hour, quantity, events)
       select $1, $2, greatest(date_trunc('hour', at, 'UTC'), period_start), sum(quantity)::bigint, count(*)
         from input group by 3)
     insert into usage_balances (org_id, meter, period_start, used)
     select $1, $2, period_start, sum(quantity)::bigint from input group by period_start`,
    [
      tx.orgId,
      meter,
      events.map(({ at }) => new Date(at)),
      events.map(({ quantity }) => quantity),
      events.map(({ source }) => source),
      events.map(({ id }) => id),
      events.map(({ periodStart }) => new Date(periodStart)),
    ],
  );
}
