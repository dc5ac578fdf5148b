import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import type { MeteredGrant } from '@tidegate/contracts/billing/features';
import type { Tx } from '@tidegate/database/tx';
import type { MeterPeriods } from './meter-periods.rules.ts';

export async function findSnapshot(tx: Tx, orgId: string): Promise<Entitlements | undefined> {
  const row = await tx.one<{ snapshot: Entitlements }>('select snapshot from entitlement_snapshots where org_id = $1', [
    orgId,
  ]);
  return row?.snapshot;
}

/** Of these organisations those that have one; in a transaction that sees all. */
export async function findStored(tx: Tx, orgIds: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ org_id: string }>(
    'select org_id from entitlement_snapshots where org_id = any($1::uuid[])',
    [`{${orgIds.join(',')}}`],
  );
  return rows.map((row) => row.org_id);
}

/** The snapshot, and the day of the organisation in which that instant lies. */
export const findStanding = (
  tx: Tx,
  orgId: string,
  at: string,
): Promise<{ snapshot: Entitlements; time_zone: string; start: Date; stop: Date } | undefined> =>
  tx.one(
    `select a.snapshot, a.time_zone, d.start, d.stop
       from entitlement_snapshots a, day_of(a.time_zone, a.zone_day, a.zone_until, $2) as d where a.org_id = $1`,
    [orgId, at],
  );

export interface StoredSnapshot {
  version: number;
  snapshot: Entitlements;
  periods: MeterPeriods;
}

export const lockSnapshot = (tx: Tx, orgId: string): Promise<StoredSnapshot | undefined> =>
  tx.one<StoredSnapshot>('select version, snapshot, periods from entitlement_snapshots where org_id = $1 for update', [
    orgId,
  ]);

/** The first snapshot of an organisation with its finite quotas; false when there is one. */
export async function insertSnapshot(tx: Tx, snapshot: Entitlements, periods: MeterPeriods): Promise<boolean> {
  const row = await tx.one(
    `insert into entitlement_snapshots (org_id, version, periods, snapshot) values ($1, $2, $3::json, $4::jsonb)
     on conflict (org_id) do nothing returning org_id`,
    [snapshot.orgId, snapshot.version, JSON.stringify(periods), JSON.stringify(snapshot)],
  );
  if (row) await saveQuotas(tx, snapshot);
  return row !== undefined;
}

/** `epoch`: the one that began with this change of periods. */
export async function updateSnapshot(
  tx: Tx,
  snapshot: Entitlements,
  periods: MeterPeriods,
  epoch?: number,
): Promise<void> {
  await tx.query(
    `update entitlement_snapshots
        set version = $2, periods = $3::json, snapshot = $4::jsonb, period_epoch = coalesce($5, period_epoch)
      where org_id = $1`,
    [snapshot.orgId, snapshot.version, JSON.stringify(periods), JSON.stringify(snapshot), epoch ?? null],
  );
  await saveQuotas(tx, snapshot);
}

/** Whoever writes quotas or prepaid units of an organisation takes turns: each sees what the other has stored. */
export const lockQuotas = (tx: Tx, orgId: string): Promise<unknown> =>
  tx.query("select pg_advisory_xact_lock(hashtextextended(current_schema() || ' quotas ' || $1, 0))", [orgId]);

/** In the smallest steps of each meter, as use is counted. */
async function saveQuotas(tx: Tx, snapshot: Entitlements): Promise<void> {
  await lockQuotas(tx, snapshot.orgId);
  const quotas = Object.entries(snapshot.features).flatMap(([meter, grant]) =>
    grant.kind === 'metered' && grant.limit !== null
      ? [{ meter, quota: grant.limit, per: grant.per, drawsFrom: drawsFrom(grant) }]
      : [],
  );
  await tx.query('delete from quotas where org_id = $1 and meter <> all($2::text[])', [
    snapshot.orgId,
    quotas.map((quota) => quota.meter),
  ]);
  await tx.query(
    `insert into quotas (org_id, meter, quota, per, draws_from, credited)
     select $1, t.meter, least(t.quota * step.size, 9007199254740991), t.per,
            least(t.draws_from * step.size, 9007199254740991),
            exists (select from credit_grants g where g.org_id = $1 and g.meter = t.meter)
              or exists (select from credit_watches w where w.org_id = $1 and w.meter = t.meter)
       from unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[]) as t(meter, quota, per, draws_from)
            left join meters m on m.meter = t.meter,
            lateral (select power(10::numeric, coalesce(m.decimals, 0)) as size) as step
     on conflict (org_id, meter) do update
       set quota = excluded.quota, per = excluded.per, draws_from = excluded.draws_from
       where (quotas.quota, quotas.per, quotas.draws_from)
               is distinct from (excluded.quota, excluded.per, excluded.draws_from)`,
    [
      snapshot.orgId,
      quotas.map((quota) => quota.meter),
      quotas.map((quota) => quota.quota),
      quotas.map((quota) => quota.per),
      quotas.map((quota) => quota.drawsFrom),
    ],
  );
}

/**
 * Beyond which use prepaid units are drawn: what would be charged otherwise, or refused. Of a soft limit nothing is until
 * its grace is used up.
 */
const drawsFrom = ({ enforcement, limit, ceiling }: MeteredGrant): number | null =>
  enforcement === 'overage' ? limit : ceiling;

/**
 * To be called before anything is counted: until the transaction ends nobody changes periods. The number grows with every
 * change.
 */
export async function beginCounting(tx: Tx): Promise<number> {
  const row = await tx.one<{ epoch: string }>('select begin_counting() as epoch');
  return Number(row?.epoch);
}

/** Waits for all who count, and makes the others wait until the transaction ends. The number that this change gets. */
export async function beginPeriodChange(tx: Tx): Promise<number> {
  const row = await tx.one<{ epoch: string }>('select begin_period_change() as epoch');
  return Number(row?.epoch);
}

/** Whose periods were changed since then. Needs a transaction that sees all organisations. */
export const findChangedSince = (tx: Tx, epoch: number): Promise<{ org_id: string }[]> =>
  tx.query('select org_id from entitlement_snapshots where period_epoch > $1', [epoch]);

/** The periods and time zones of these organisations, as far as the transaction sees them. */
export const findPeriods = (
  tx: Tx,
  orgIds: readonly string[],
): Promise<{ org_id: string; periods: MeterPeriods; time_zone: string }[]> =>
  tx.query('select org_id, periods, time_zone from entitlement_snapshots where org_id = any($1::uuid[])', [orgIds]);

/** The days of these organisations in which that instant lies. */
export const findDays = (
  tx: Tx,
  orgIds: readonly string[],
  at: string,
): Promise<{ org_id: string; start: Date; stop: Date }[]> =>
  tx.query(
    `select a.org_id, d.start, d.stop
       from entitlement_snapshots a, day_of(a.time_zone, a.zone_day, a.zone_until, $2) as d
      where a.org_id = any($1::uuid[])`,
    [orgIds, at],
  );

/** The day of its organisation in which each instant lies, by the zone of that time, in their order. */
export const findDaysAt = (
  tx: Tx,
  instants: readonly { orgId: string; at: string }[],
): Promise<{ start: Date; stop: Date }[]> =>
  tx.query(
    `select d.start, d.stop
       from unnest($1::uuid[], $2::timestamptz[]) with ordinality as t(org_id, at, n)
            join entitlement_snapshots a on a.org_id = t.org_id,
            lateral day_then(a.zones, a.time_zone, a.zone_day, a.zone_until, t.at) as d
      order by n`,
    [instants.map(({ orgId }) => orgId), instants.map(({ at }) => at)],
  );

/** The time zone whose days reports and daily limits use. */
export async function findTimeZone(tx: Tx, orgId: string): Promise<string> {
  const row = await tx.one<{ time_zone: string }>('select time_zone from entitlement_snapshots where org_id = $1', [
    orgId,
  ]);
  return row?.time_zone ?? 'UTC';
}

/** Each is of a day of its own at the least, and charges are about no more days. */
const KEPT_ZONES = 100;

/** Fails with 22023 when PostgreSQL does not know the zone. */
export async function saveTimeZone(tx: Tx, orgId: string, timeZone: string): Promise<void> {
  await tx.query("select date_trunc('day', now(), $1)", [timeZone]);
  // Whoever counts has the zone in memory, as it has periods: it is a change like theirs, in the same order of locks.
  await tx.query('select 1 from entitlement_snapshots where org_id = $1 for update', [orgId]);
  const epoch = await beginPeriodChange(tx);
  // The running day stays whole: it ends at the first midnight of the new zone that is no earlier than its own.
  await tx.query(
    `update entitlement_snapshots a
        set time_zone = $2, zone_day = d.start, zone_until = n.midnight, period_epoch = $3,
            -- Of what was chosen in the same day nothing is left.
            zones = case when d.start = b.zone_day then b.zones else (
              select jsonb_agg(f order by at)
                from jsonb_array_elements(jsonb_build_array(jsonb_build_object(
                       'zone', b.time_zone, 'day', b.zone_day, 'until', b.zone_until)) || b.zones)
                     with ordinality as former(f, at)
               where at <= ${KEPT_ZONES}) end
       from entitlement_snapshots b, day_of(b.time_zone, b.zone_day, b.zone_until, now()) as d,
            lateral (select min(s at time zone $2) as midnight
                       from generate_series(date_trunc('day', d.start at time zone $2),
                                            date_trunc('day', d.start at time zone $2) + interval '3 days',
                                            interval '1 day') as s
                      where s at time zone $2 >= d.start + interval '23 hours') as n
      where a.org_id = $1 and b.org_id = a.org_id and a.time_zone <> $2`,
    [orgId, timeZone, epoch],
  );
}
