import type { Backfill, BackfillPreview } from '@tidegate/contracts/usage/backfills';
import { cursorTime } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { findValues } from '../ingestion/value.rows.ts';
import { arrayText } from '../kernel/array-literal.ts';
import { eventKey } from '../kernel/event-identity.ts';
import { type Change, type Existing, movedSource, type Wanted } from './plan-backfill.rules.ts';

export interface BackfillRow {
  id: string;
  meter: string;
  source: string;
  from_at: Date;
  until_at: Date;
  mode: Backfill['mode'];
  state: Backfill['state'];
  reason: string;
  created_by: string;
  created_at: Date;
  applied_at: Date | null;
  applied_by: string | null;
  reverted_at: Date | null;
  reverted_by: string | null;
  events: Wanted[];
  preview: BackfillPreview;
  place: string;
}

export async function insertBackfill(
  tx: Tx,
  orgId: string,
  one: Pick<BackfillRow, 'id' | 'meter' | 'source' | 'mode' | 'reason' | 'created_by' | 'events' | 'preview'> & {
    from: string;
    to: string;
  },
): Promise<void> {
  await tx.query(
    `insert into usage_backfills (org_id, id, meter, source, from_at, until_at, mode, reason, created_by, events, preview)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::json, $11::json)`,
    [
      ...[orgId, one.id, one.meter, one.source, one.from, one.to, one.mode, one.reason, one.created_by],
      JSON.stringify(one.events),
      JSON.stringify(one.preview),
    ],
  );
}

export const findBackfill = (tx: Tx, orgId: string, id: string, lock = false): Promise<BackfillRow | undefined> =>
  tx.one<BackfillRow>(`select * from usage_backfills where org_id = $1 and id = $2 ${lock ? 'for update' : ''}`, [
    orgId,
    id,
  ]);

export const findBackfills = (
  tx: Tx,
  orgId: string,
  limit: number,
  after: readonly [time: string, id: string] | undefined,
): Promise<BackfillRow[]> =>
  tx.query<BackfillRow>(
    `select *, ${cursorTime('created_at')} as place from usage_backfills
      where org_id = $1 and ($3::timestamptz is null or (created_at, id) < ($3, $4::uuid))
      order by created_at desc, id desc limit $2`,
    [orgId, limit, after?.[0] ?? null, after?.[1] ?? null],
  );

export const saveApplied = (
  tx: Tx,
  orgId: string,
  id: string,
  by: string,
  preview: BackfillPreview,
): Promise<unknown> =>
  tx.query(
    `update usage_backfills set state = 'applied', applied_at = now(), applied_by = $3, preview = $4::json
      where org_id = $1 and id = $2`,
    [orgId, id, by, JSON.stringify(preview)],
  );

export const saveReverted = (tx: Tx, orgId: string, id: string, by: string, reason: string): Promise<unknown> =>
  tx.query(
    `update usage_backfills set state = 'reverted', reverted_at = now(), reverted_by = $3, revert_reason = $4
      where org_id = $1 and id = $2`,
    [orgId, id, by, reason],
  );

/** They explain events, and are kept as long as those. */
export async function expireBackfills(tx: Tx, days: number): Promise<void> {
  await tx.query(
    `with old as (delete from usage_backfills where until_at < now() - $1::int * interval '1 day' returning org_id, id)
     delete from usage_backfill_changes c using old where c.org_id = old.org_id and c.backfill_id = old.id`,
    [days],
  );
}

/** More events of one source than these are not replaced at once. */
export const MOST_EXISTING = 20_000;

/**
 * What service keys reported of a meter under a source in a time, and what earlier backfills made of it, each with what it
 * counts as now; one more than there may be. `values`: of a meter whose events do not add up; what a version before has
 * counted of it is not stored.
 */
export async function findExistingEvents(
  tx: Tx,
  orgId: string,
  { meter, source, from, to, values }: { meter: string; source: string; from: string; to: string; values: boolean },
): Promise<Existing[] | 'unstored'> {
  const moved = movedSource(source);
  const rows = await tx.query<{ source: string; id: string; at: Date; labels: string[] | null; quantity: string }>(
    // Events have no index of their own: the hours say where there are some.
    `with hours as materialized (
       select hour, hour + interval '1 hour' as stop from (
         select distinct date_trunc('hour', hour, 'UTC') as hour from usage_hours
          where org_id = $1 and meter = $2 and hour >= date_trunc('hour', $5::timestamptz, 'UTC') and hour < $6) d)
     select e.source, e.id, e.at, e.labels, e.quantity
       from hours h join usage_events e on e.at >= h.hour and e.at < h.stop
      where e.org_id = $1 and e.meter = $2 and e.source in ($3, $4) and e.at >= $5 and e.at < $6 limit $7`,
    [orgId, meter, source, moved, from, to, MOST_EXISTING + 1],
  );
  const keyed = rows.map((row) => ({ ...row, key: eventKey(row.source, row.id) }));
  await lockEvents(
    tx,
    orgId,
    keyed.map(({ key }) => key),
  );
  const now = values ? await valuesNow(tx, orgId, keyed) : await quantitiesNow(tx, orgId, keyed);
  if (values && keyed.some(({ key }) => !now.has(key))) return 'unstored';
  return keyed.map(({ key, source: own, id, at, labels, quantity }) => ({
    ...{ key, source: own, id, at: at.toISOString(), labels },
    ...(now.get(key) ?? { quantity: Number(quantity) }),
    name: own === moved ? id.slice(id.indexOf(':') + 1) : id,
  }));
}

type Now = Pick<Existing, 'quantity' | 'hash'>;

/** What those that were corrected count as. */
async function quantitiesNow(tx: Tx, orgId: string, events: readonly { key: string }[]): Promise<Map<string, Now>> {
  const rows = await tx.query<{ key: string; quantity: string }>(
    `select distinct on (key) replace(key::text, '-', '') as key, quantity from usage_corrections
      where org_id = $1 and key = any($2::uuid[]) order by key, number desc`,
    [orgId, events.map(({ key }) => key)],
  );
  return new Map(rows.map(({ key, quantity }) => [key, { quantity: Number(quantity) || null }]));
}

async function valuesNow(
  tx: Tx,
  orgId: string,
  events: readonly { key: string; at: Date }[],
): Promise<Map<string, Now>> {
  const stored = await findValues(
    tx,
    orgId,
    events.map(({ key, at }) => ({ key, at: at.toISOString() })),
  );
  return new Map([...stored].map(([key, { value, voided, hash }]) => [key, { quantity: voided ? null : value, hash }]));
}

/** Nobody corrects these events until the transaction ends; what was corrected before is seen by later queries. */
const lockEvents = (tx: Tx, orgId: string, keys: readonly string[]): Promise<unknown> =>
  tx.query('select 1 from usage_identities where org_id = $1 and key = any($2::uuid[]) order by key for update', [
    orgId,
    keys,
  ]);

/** Notes the corrections that a backfill makes, and answers the number of each by its event. */
export async function insertCorrections(
  tx: Tx,
  orgId: string,
  changes: readonly Change[],
  { reason, by }: { reason: string; by: string },
): Promise<Map<string, number>> {
  const rows = await tx.query<{ key: string; number: number }>(
    `insert into usage_corrections (org_id, key, number, source, id, action, quantity, reason, corrected_by)
     select $1, t.key, coalesce((select max(c.number) from usage_corrections c where c.org_id = $1 and c.key = t.key), 0) + 1,
            t.source, t.id, case when t.quantity is null then 'void' else 'amend' end, coalesce(t.quantity, 0), $6, $7
       from unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[]) as t(key, source, id, quantity)
     returning replace(key::text, '-', '') as key, number`,
    [
      orgId,
      changes.map(({ key }) => key),
      changes.map(({ source }) => source),
      changes.map(({ id }) => id),
      changes.map(({ after }) => after),
      reason,
      by,
    ],
  );
  return new Map(rows.map(({ key, number }) => [key, number]));
}

export async function insertChanges(
  tx: Tx,
  orgId: string,
  backfillId: string,
  changes: readonly Change[],
): Promise<void> {
  await tx.query(
    `insert into usage_backfill_changes (org_id, backfill_id, key, source, id, at, labels, before, after)
     select $1, $2, t.key, t.source, t.id, t.at, t.labels::text[], t.before, t.after
       from unnest($3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::bigint[], $9::bigint[])
         as t(key, source, id, at, labels, before, after)`,
    [
      ...[orgId, backfillId],
      changes.map(({ key }) => key),
      changes.map(({ source }) => source),
      changes.map(({ id }) => id),
      changes.map(({ at }) => at),
      changes.map(({ labels }) => (labels ? arrayText(labels) : null)),
      changes.map(({ before }) => before),
      changes.map(({ after }) => after),
    ],
  );
}

/** What a backfill changed, in the order in which it did, with what each event counts as now. */
export async function findChanges(
  tx: Tx,
  orgId: string,
  backfillId: string,
  { values }: { values: boolean },
): Promise<(Change & { now: number | null })[]> {
  await tx.query(
    `select 1 from usage_identities i join usage_backfill_changes b on b.org_id = i.org_id and b.key = i.key
      where b.org_id = $1 and b.backfill_id = $2 order by i.key for update of i`,
    [orgId, backfillId],
  );
  const rows = await tx.query<{
    key: string;
    source: string;
    id: string;
    at: Date;
    labels: string[] | null;
    before: string | null;
    after: string | null;
    now: string | null;
  }>(
    `select replace(b.key::text, '-', '') as key, b.source, b.id, b.at, b.labels, b.before, b.after,
            case when c.action is null then b.after when c.action = 'amend' then c.quantity end as now
       from usage_backfill_changes b
            left join lateral (select c.action, c.quantity from usage_corrections c
                                where c.org_id = $1 and c.key = b.key order by c.number desc limit 1) as c on true
      where b.org_id = $1 and b.backfill_id = $2 order by b.at, b.key`,
    [orgId, backfillId],
  );
  // Of meters that add up nothing is 0 as well; a value may be 0.
  const read = (text: string | null) => (text === null ? null : values ? Number(text) : Number(text) || null);
  return rows.map(({ at, before, after, now, ...row }) => ({
    ...row,
    ...{ at: at.toISOString(), before: read(before), after: read(after), now: read(now), fresh: false },
  }));
}

export const usedIn = async (
  tx: Tx,
  orgId: string,
  meter: string,
  starts: readonly string[],
): Promise<Map<string, number>> => {
  const rows = await tx.query<{ start: Date; used: string }>(
    `select period_start as start, used from usage_balances
      where org_id = $1 and meter = $2 and period_start = any($3::timestamptz[])`,
    [orgId, meter, starts],
  );
  return new Map(rows.map(({ start, used }) => [start.toISOString(), Number(used)]));
};
