import type { QuotaWindow } from '@tidegate/contracts/billing/features';
import type { Tx } from '@tidegate/database/tx';
import { type Reached, recordReachedMonths } from '../balances/quota-alert.rows.ts';
import { arrayText } from '../kernel/array-literal.ts';
import { instants, int4s, int8s, nulls, texts, uuids } from '../kernel/binary-array.ts';
import type { Labels } from '../meters/dimensions.rules.ts';

const HOUR_MS = 3_600_000;

/** An event that may be counted, with everything the statement needs. */
export interface CountableEvent {
  org: string;
  /** sha-256 of source and id, 32 hex digits. */
  key: string;
  digest: number;
  meter: string;
  quantity: number;
  at: string;
  /** The same in milliseconds. */
  atMs: number;
  source: string;
  id: string;
  lease: string | undefined;
  /** Milliseconds. */
  periodStart: number;
  /** The time zone of the organisation’s days, where it is not UTC. */
  zone: string | null;
  labels?: Labels | undefined;
  /** Source and key under which it counts apart, if it does. */
  origin?: Labels | undefined;
  apiKey?: string | undefined;
}

/** Where the piece of an hour begins in which an event counts: where a day of its organisation does, unless days are those of UTC. */
const PIECE = `case when f.zone is null then f.piece
                else greatest(f.piece, case when date_trunc('day', f.at, f.zone) <= f.at then date_trunc('day', f.at, f.zone) end) end`;

/** Sums by what events are divided by, beside those of all. */
const dividedBy = (table: string, column: string): string => `, ${column}_sums as (
  insert into ${table} as l (org_id, meter, hour, ${column}, quantity, events)
  select f.org_id, f.meter, ${PIECE}, f.${column}::text[], sum(f.quantity)::bigint, count(*)
    from fresh f where f.${column} <> '' group by 1, 2, 3, 4 order by 1, 2, 3, 4
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
const countBy = (more: readonly ('labels' | 'origin' | 'api_key')[]): string => {
  const labelled = more.includes('labels');
  const apart = more.includes('origin');
  return `
with input as materialized (
  select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::bigint[], $6::timestamptz[], $7::text[],
                       $8::text[], $9::uuid[], $10::timestamptz[], $11::timestamptz[], $12::text[]
                       ${more.map((_, index) => `, $${14 + index}::text[]`).join('')})
    with ordinality as t(org_id, key, digest, meter, quantity, at, source, id, lease, period_start, piece, zone
                         ${more.map((name) => `, ${name}`).join('')}, n)
), claimed as (
  insert into usage_identities (org_id, key, digest, seen, at, generation)
  select org_id, key, digest, now()::date, at, $13::int from input
  on conflict (org_id, key, generation) do nothing
  returning org_id, key
), marked as materialized (
  select i.*, c.key is not null as is_fresh from input i left join claimed c on c.org_id = i.org_id and c.key = i.key
), fresh as not materialized (
  select * from marked where is_fresh
), stored as (
  insert into usage_events (org_id, at, meter, quantity, source, id, lease${labelled ? ', labels' : ''}${
    apart ? ', origin, api_key' : ''
  })
  select org_id, at, meter, quantity, source, id, lease${labelled ? ", nullif(labels, '')::text[]" : ''}${
    apart ? ", nullif(origin, '')::text[], nullif(api_key, '')" : ''
  } from fresh
)${labelled ? dividedBy('usage_label_hours', 'labels') : ''}${apart ? dividedBy('usage_origin_hours', 'origin') : ''}, hours as (
  insert into usage_hours as h (org_id, meter, hour, quantity, events)
  select f.org_id, f.meter, ${PIECE}, sum(f.quantity)::bigint, count(*)
    from fresh f group by 1, 2, 3 order by 1, 2, 3
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
select (select coalesce(array_agg(n::int), '{}') from marked where not is_fresh) as repeated,
       (select coalesce(json_agg(r order by r.org_id, r.meter, r.percent), '[]') from reached r) as reached,
       (select coalesce(json_agg(json_build_object('org_id', o.org_id, 'meter', o.meter, 'per', o.per,
                                                   'draws_from', case when o.credited then o.draws_from end)), '[]')
          from (select distinct b.org_id, b.meter, q.per, q.credited, q.draws_from
                  from balances b join quotas q on q.org_id = b.org_id and q.meter = b.meter
                 where q.per <> 'month' or q.credited) as o) as others`;
};

export interface Limited {
  org_id: string;
  meter: string;
  per: QuotaWindow;
  /** Beyond which prepaid units are drawn; null: there are none, or nothing is refused or charged. */
  draws_from: number | null;
}

const COUNT = countBy([]);
const COUNT_LABELLED = countBy(['labels']);
const COUNT_APART = countBy(['origin', 'api_key']);
const COUNT_LABELLED_APART = countBy(['labels', 'origin', 'api_key']);

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
    uuids(events, (event) => event.org),
    uuids(events, (event) => event.key),
    int4s(events, (event) => event.digest),
    texts(events, (event) => event.meter),
    int8s(events, (event) => event.quantity),
    instants(events, (event) => event.atMs),
    texts(events, (event) => event.source),
    texts(events, (event) => event.id),
    events.some(({ lease }) => lease) ? uuids(events, (event) => event.lease) : nulls('uuid'),
    instants(events, (event) => event.periodStart),
    instants(events, (event) => Math.max(event.periodStart, Math.floor(event.atMs / HOUR_MS) * HOUR_MS)),
    events.some(({ zone }) => zone) ? texts(events, (event) => event.zone) : nulls('text'),
    generation,
    ...(labelled ? [texts(events, ({ labels }) => (labels ? arrayText(labels) : ''))] : []),
    ...(apart ? [texts(events, ({ origin }) => (origin ? arrayText(origin) : ''))] : []),
    ...(apart ? [texts(events, ({ apiKey = '' }) => apiKey)] : []),
  ]);
  const { repeated = [], reached = [], others = [] } = row ?? {};
  return { repeated: new Set(repeated.map((ordinal) => ordinal - 1)), reached, others };
}
