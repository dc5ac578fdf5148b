import type { Tx } from '@tidegate/database/tx';
import { noteReached, type Reached } from '../balances/quota-alert.rows.ts';

/** An event that may be counted, with everything the statement needs. */
export interface CountableEvent {
  org: string;
  /** sha-256 of source and id, 32 hex digits. */
  key: string;
  digest: number;
  meter: string;
  quantity: number;
  at: string;
  source: string;
  id: string;
  lease: string | undefined;
  /** ISO instant */
  periodStart: string;
}

/*
 * One statement: claim the identities, keep what was claimed, add it to the hours and balances, note which thresholds
 * that reached. An hour in which a period or a day of the organisation begins is two rows. Everything is sorted by key, so that two replicas with the same events wait for each other instead of
 * blocking each other. Arrays travel as text: one parameter per column, whatever the size of the batch.
 */
const COUNT = `
with input as materialized (
  select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::bigint[], $6::timestamptz[], $7::text[],
                       $8::text[], $9::uuid[], $10::timestamptz[])
    with ordinality as t(org_id, key, digest, meter, quantity, at, source, id, lease, period_start, n)
), claimed as (
  insert into usage_identities (org_id, key, digest, seen)
  select org_id, key, digest, current_date from input
  on conflict (org_id, key) do nothing
  returning org_id, key
), fresh as materialized (
  select i.* from input i join claimed c on c.org_id = i.org_id and c.key = i.key
), zones as materialized (
  -- Where days do not begin with those of UTC; few, and looked for once for each organisation.
  select org_id, time_zone from accounts where time_zone <> 'UTC' and org_id in (select org_id from fresh)
), stored as (
  insert into usage_events (org_id, at, meter, quantity, source, id, lease)
  select org_id, at, meter, quantity, source, id, lease from fresh
), hours as (
  insert into usage_hours as h (org_id, meter, hour, quantity, events)
  select f.org_id, f.meter,
         greatest(date_trunc('hour', f.at, 'UTC'), f.period_start,
                  case when date_trunc('day', f.at, z.time_zone) <= f.at then date_trunc('day', f.at, z.time_zone) end),
         sum(f.quantity)::bigint, count(*)
    from fresh f left join zones z on z.org_id = f.org_id group by 1, 2, 3 order by 1, 2, 3
  on conflict (org_id, meter, hour) do update
    set quantity = h.quantity + excluded.quantity, events = h.events + excluded.events
), balances as (
  insert into usage_balances as b (org_id, meter, period_start, used)
  select org_id, meter, period_start, sum(quantity)::bigint from fresh group by 1, 2, 3 order by 1, 2, 3
  on conflict (org_id, meter, period_start) do update set used = b.used + excluded.used
  returning b.org_id, b.meter, b.period_start, b.used
), reached as (
  ${noteReached('balances')}
)
select (select coalesce(array_agg(i.n::int), '{}') from input i
         where not exists (select 1 from claimed c where c.org_id = i.org_id and c.key = i.key)) as repeated,
       (select coalesce(json_agg(r order by r.org_id, r.meter, r.percent), '[]') from reached r) as reached,
       (select coalesce(json_agg(json_build_object('org_id', q.org_id, 'meter', q.meter)), '[]')
          from balances b join quotas q on q.org_id = b.org_id and q.meter = b.meter and q.per = 'day') as daily`;

export interface Counted {
  /** Positions of what was counted before. */
  repeated: Set<number>;
  /** Of limits for a month. */
  reached: Reached[];
  /** What was counted and has a limit for a day. */
  daily: { org_id: string; meter: string }[];
}

/** Counts the events that were not counted before. They must be sorted by organisation and key, each key once. */
export async function countEvents(tx: Tx, events: readonly CountableEvent[]): Promise<Counted> {
  const row = await tx.one<Omit<Counted, 'repeated'> & { repeated: number[] }>(COUNT, [
    plain(events, (event) => event.org),
    plain(events, (event) => event.key),
    plain(events, (event) => event.digest),
    plain(events, (event) => event.meter),
    plain(events, (event) => event.quantity),
    plain(events, (event) => event.at),
    quoted(events, (event) => event.source),
    quoted(events, (event) => event.id),
    plain(events, (event) => event.lease ?? 'NULL'),
    plain(events, (event) => event.periodStart),
  ]);
  const { repeated = [], reached = [], daily = [] } = row ?? {};
  return { repeated: new Set(repeated.map((ordinal) => ordinal - 1)), reached, daily };
}

/** Of events whose identity is known: the positions of those that say something else now. */
export async function findConflicts(tx: Tx, events: readonly CountableEvent[]): Promise<Set<number>> {
  const rows = await tx.query<{ n: number }>(
    `select t.n::int as n from unnest($1::uuid[], $2::uuid[], $3::int[]) with ordinality as t(org_id, key, digest, n)
       join usage_identities u on u.org_id = t.org_id and u.key = t.key where u.digest <> t.digest`,
    [plain(events, (event) => event.org), plain(events, (event) => event.key), plain(events, (event) => event.digest)],
  );
  return new Set(rows.map((row) => row.n - 1));
}

/** Which of these identities of an organisation are known already. */
export async function findKnown(tx: Tx, orgId: string, keys: readonly string[]): Promise<Set<string>> {
  const rows = await tx.query<{ key: string }>(
    "select replace(key::text, '-', '') as key from usage_identities where org_id = $1 and key = any($2::uuid[])",
    [orgId, keys],
  );
  return new Set(rows.map((row) => row.key));
}

/**
 * Units of leases that have arrived as events no longer count as lent: of the lease's own meter and period, and no more
 * than it granted, or usage would free a quota that nobody lent.
 */
export async function settleLeases(tx: Tx, events: readonly CountableEvent[]): Promise<void> {
  if (!events.some((event) => event.lease)) return;
  const leased = events.filter((event) => event.lease);
  await tx.query(
    `with arrived as (
       select l.org_id, l.id, sum(t.quantity) as quantity
         from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::timestamptz[])
                as t(org_id, id, quantity, meter, at)
              join leases l on l.org_id = t.org_id and l.id = t.id and l.meter = t.meter
               and t.at >= l.period_start and (l.period_end is null or t.at < l.period_end)
        group by 1, 2),
     locked as (
       select l.org_id, l.id, a.quantity
         from leases l join arrived a on a.org_id = l.org_id and a.id = l.id
        order by 1, 2 for update of l)
     update leases l set settled = greatest(0, least(l.granted, l.settled + k.quantity))
       from locked k where l.org_id = k.org_id and l.id = k.id`,
    [
      plain(leased, (event) => event.org),
      plain(leased, (event) => event.lease ?? 'NULL'),
      plain(leased, (event) => event.quantity),
      plain(leased, (event) => event.meter),
      plain(leased, (event) => event.at),
    ],
  );
}

/** An array literal of values that need no quotes: checked uuids, names, numbers and ISO instants. */
function plain<T>(items: readonly T[], value: (item: T) => string | number): string {
  let text = '{';
  for (const item of items) text += text.length === 1 ? value(item) : `,${value(item)}`;
  return `${text}}`;
}

function quoted<T>(items: readonly T[], value: (item: T) => string): string {
  return plain(items, (item) => `"${value(item).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`);
}
