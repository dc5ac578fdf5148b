import type { QuotaWindow } from '@tidegate/contracts/billing/features';
import type { Tx } from '@tidegate/database/tx';
import { type Reached, recordReachedMonths } from '../balances/quota-alert.rows.ts';
import { arrayText, plain, quoted } from '../kernel/array-literal.ts';
import type { Labels } from '../meters/dimensions.rules.ts';

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
  labels?: Labels | undefined;
  /** Source and key under which it counts apart, if it does. */
  origin?: Labels | undefined;
  apiKey?: string | undefined;
}

/** Where the piece of an hour begins in which an event counts. */
const PIECE = `greatest(date_trunc('hour', f.at, 'UTC'), f.period_start,
                  case when date_trunc('day', f.at, z.time_zone) <= f.at then date_trunc('day', f.at, z.time_zone) end)`;

/** Sums by what events are divided by, beside those of all. */
const dividedBy = (table: string, column: string): string => `, ${column}_sums as (
  insert into ${table} as l (org_id, meter, hour, ${column}, quantity, events)
  select f.org_id, f.meter, ${PIECE}, f.${column}::text[], sum(f.quantity)::bigint, count(*)
    from fresh f left join zones z on z.org_id = f.org_id where f.${column} <> '' group by 1, 2, 3, 4 order by 1, 2, 3, 4
  on conflict (org_id, meter, hour, ${column}) do update
    set quantity = l.quantity + excluded.quantity, events = l.events + excluded.events
)`;

/*
 * One statement: claim the identities in the open generation, store the events that were claimed, add them to hours and balances, and record
 * which thresholds were reached. An hour in which a month or a day of the organisation begins is two rows. Everything is
 * sorted by key, so that two replicas with the same events wait for each other instead of deadlocking. Events with
 * dimensions are added to the sums of their combination as well, and those of a key or of another source than the main one
 * to the sums of their origin, each by a statement of its own: others do not pay for it.
 */
const countBy = (labelled: boolean, apart: boolean): string => `
with input as materialized (
  select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::bigint[], $6::timestamptz[], $7::text[],
                       $8::text[], $9::uuid[], $10::timestamptz[]${labelled ? ', $12::text[]' : ''}${
                         apart ? `, $${labelled ? 13 : 12}::text[], $${labelled ? 14 : 13}::text[]` : ''
                       })
    with ordinality as t(org_id, key, digest, meter, quantity, at, source, id, lease, period_start${
      labelled ? ', labels' : ''
    }${apart ? ', origin, api_key' : ''}, n)
), claimed as (
  insert into usage_identities (org_id, key, digest, seen, at, generation)
  select org_id, key, digest, now()::date, at, $11::int from input
  on conflict (org_id, key, generation) do nothing
  returning org_id, key
), fresh as materialized (
  select i.* from input i join claimed c on c.org_id = i.org_id and c.key = i.key
), zones as materialized (
  -- Organisations whose days differ from those of UTC: few, and looked up once each.
  select org_id, time_zone from entitlement_snapshots where time_zone <> 'UTC' and org_id in (select org_id from fresh)
), stored as (
  insert into usage_events (org_id, at, meter, quantity, source, id, lease${labelled ? ', labels' : ''}${apart ? ', origin, api_key' : ''})
  select org_id, at, meter, quantity, source, id, lease${labelled ? ", nullif(labels, '')::text[]" : ''}${
    apart ? ", nullif(origin, '')::text[], nullif(api_key, '')" : ''
  } from fresh
)${labelled ? dividedBy('usage_label_hours', 'labels') : ''}${apart ? dividedBy('usage_origin_hours', 'origin') : ''}, hours as (
  insert into usage_hours as h (org_id, meter, hour, quantity, events)
  select f.org_id, f.meter,
         ${PIECE},
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
  ${recordReachedMonths('balances')}
)
select (select coalesce(array_agg(i.n::int), '{}') from input i
         where not exists (select 1 from claimed c where c.org_id = i.org_id and c.key = i.key)) as repeated,
       (select coalesce(json_agg(r order by r.org_id, r.meter, r.percent), '[]') from reached r) as reached,
       (select coalesce(json_agg(json_build_object('org_id', q.org_id, 'meter', q.meter, 'per', q.per,
                                                   'draws_from', case when q.credited then q.draws_from end)), '[]')
          from (select distinct org_id, meter from balances) b
               join quotas q on q.org_id = b.org_id and q.meter = b.meter and (q.per <> 'month' or q.credited)) as others`;

export interface Limited {
  org_id: string;
  meter: string;
  per: QuotaWindow;
  /** Beyond which prepaid units are drawn; null: there are none, or nothing is refused or charged. */
  draws_from: number | null;
}

const COUNT = countBy(false, false);
const COUNT_LABELLED = countBy(true, false);
const COUNT_APART = countBy(false, true);
const COUNT_LABELLED_APART = countBy(true, true);

export interface Counted {
  /** Indexes in the batch of what was counted before. */
  repeated: Set<number>;
  /** Thresholds of monthly limits. */
  reached: Reached[];
  /** Meters that were counted and have a limit of another window than the month, or prepaid units. */
  others: Limited[];
}

/**
 * Counts the events that were not counted before in the open generation of identities. They must be sorted by organisation
 * and key, with each key once.
 */
export async function countEvents(tx: Tx, events: readonly CountableEvent[], generation: number): Promise<Counted> {
  const labelled = events.some(({ labels }) => labels);
  const apart = events.some(({ origin }) => origin);
  const [plainly, divided] = apart ? [COUNT_APART, COUNT_LABELLED_APART] : [COUNT, COUNT_LABELLED];
  const row = await tx.one<Omit<Counted, 'repeated'> & { repeated: number[] }>(labelled ? divided : plainly, [
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
    generation,
    ...(labelled ? [quoted(events, ({ labels }) => (labels ? arrayText(labels) : ''))] : []),
    ...(apart ? [quoted(events, ({ origin }) => (origin ? arrayText(origin) : ''))] : []),
    ...(apart ? [quoted(events, ({ apiKey = '' }) => apiKey)] : []),
  ]);
  const { repeated = [], reached = [], others = [] } = row ?? {};
  return { repeated: new Set(repeated.map((ordinal) => ordinal - 1)), reached, others };
}
