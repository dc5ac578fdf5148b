import type { Input } from '@tidegate/contracts/kernel/operation';
import type { Happening, HappeningDetail, HappeningKind, listFeed } from '@tidegate/contracts/notifier/feed';
import { newId } from '@tidegate/database/ids';
import { type Place, type SortedRow, sorting } from '@tidegate/database/sorting';
import type { Tx } from '@tidegate/database/tx';

export interface HappeningRow {
  id: string;
  kind: HappeningKind;
  at: Date;
  first_at: Date;
  count: number;
  thing_id: string | null;
  name: string | null;
  amount: string | null;
  currency: string | null;
  detail: HappeningDetail;
}

export const toWire = (row: HappeningRow): Happening => ({
  id: row.id,
  kind: row.kind,
  at: row.at.toISOString(),
  since: row.first_at.toISOString(),
  count: row.count,
  thing: { id: row.thing_id, name: row.name },
  amount: row.amount,
  currency: row.currency,
  detail: row.detail,
});

export interface NewHappening {
  kind: HappeningKind;
  at: Date;
  thingId: string | null;
  name?: string | null | undefined;
  amount?: string | undefined;
  currency?: string | undefined;
  detail?: HappeningDetail;
  /** What of one kind and thing is not added to each other: a plan that was changed, and that it was paused. */
  apart?: string;
}

/** What it is added to if that is there: the same of the same thing in the same hour. Amounts of two currencies are no sum. */
export const mergedAs = ({ kind, at, thingId, currency, apart }: NewHappening): string =>
  [kind, thingId ?? '', at.toISOString().slice(0, 13), currency ?? '', apart ?? ''].join(' ');

/**
 * Adds it; undefined in a demo, whose feed is made up. Events of one thing arrive in order, those of several do not: the
 * newest says how it is called and how it stands. `last`: when the same happened before, within the hour.
 */
export const addHappening = (tx: Tx, one: NewHappening): Promise<{ count: number; last: Date | null } | undefined> =>
  tx.one<{ count: number; last: Date | null }>(
    `with earlier as (select at from happenings where org_id = $1 and merged_as = $4)
     insert into happenings as h (org_id, id, kind, merged_as, at, first_at, thing_id, name, amount, currency, detail)
     select $1, $2, $3, $4, $5, $5, $6, $7, $8::numeric, $9, $10::jsonb
      where not exists (select from entitlements e where e.org_id = $1 and e.snapshot ? 'demo')
     on conflict (org_id, merged_as) do update set
       count = h.count + 1, amount = h.amount + excluded.amount,
       at = greatest(h.at, excluded.at), first_at = least(h.first_at, excluded.at),
       name = case when excluded.at < h.at then h.name else coalesce(excluded.name, h.name) end,
       detail = case when excluded.at < h.at then h.detail else excluded.detail end
     returning count, (select at from earlier) as last`,
    [
      tx.orgId,
      newId(),
      one.kind,
      mergedAs(one),
      one.at,
      one.thingId,
      one.name ?? null,
      one.amount ?? null,
      one.currency ?? null,
      JSON.stringify(one.detail ?? {}),
    ],
  );

/** The newest `most` stay. */
export const deleteBeyond = (tx: Tx, most: number): Promise<unknown> =>
  tx.query(
    `delete from happenings where org_id = $1 and (at, id) <= (
       select at, id from happenings where org_id = $1 order by at desc, id desc offset $2 limit 1)`,
    [tx.orgId, most],
  );

export const FEED_ORDERS = sorting<Input<typeof listFeed>['sort']>(
  { at: { key: 'at', as: 'time' } },
  { column: 'id', as: 'uuid' },
);

/** Of these kinds. */
export function listHappenings(
  tx: Tx,
  place: Place,
  kinds: readonly HappeningKind[],
): Promise<(HappeningRow & SortedRow)[]> {
  const params = [tx.orgId, kinds];
  return tx.query(
    `select id, kind, at, first_at, count, thing_id, name, amount::text, currency, detail, ${place.key}
       from happenings where org_id = $1 and kind = any ($2) ${place.rest(params)}`,
    params,
  );
}

/** System purpose `retention`. Returns how many were deleted. */
export async function deleteOldHappenings(tx: Tx, olderThanDays: number, atMost: number): Promise<number> {
  const rows = await tx.query(
    `delete from happenings where (org_id, id) in (
       select org_id, id from happenings where at < now() - make_interval(days => $1) limit $2) returning id`,
    [olderThanDays, atMost],
  );
  return rows.length;
}
