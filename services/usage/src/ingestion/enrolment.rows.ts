import type { Tx } from '@tidegate/database/tx';
import type { MeterPeriods } from '../entitlements/meter-periods.rules.ts';
import { uuids } from '../kernel/binary-array.ts';

/**
 * Whose entitlements or zone were stored in this transaction (by its number) or a later one, and from which number on to ask
 * the next time: whatever is not visible yet has a number that is no lower. And which of these organisations are deleted.
 * Needs a transaction that sees all organisations.
 */
export async function findChanges(
  tx: Tx,
  since: string,
  orgIds: readonly string[],
): Promise<{ changed: string[]; deleted: string[]; next: string }> {
  const row = await tx.one<{ changed: string[]; deleted: string[]; next: string }>(
    `select (select coalesce(array_agg(org_id::text), '{}') from entitlement_snapshots
              where changed_in >= $1::text::xid8) as changed,
            (select coalesce(array_agg(org_id::text), '{}') from deleted_organisations
              where org_id = any($2::uuid[])) as deleted,
            pg_snapshot_xmin(pg_current_snapshot())::text as next`,
    [since, uuids(orgIds, (id) => id)],
  );
  return row ?? { changed: [], deleted: [], next: since };
}

export const findEnrolments = (
  tx: Tx,
  orgIds: readonly string[],
): Promise<{ org_id: string; periods: MeterPeriods; time_zone: string; meters: string[] }[]> =>
  tx.query(
    `select org_id, periods, time_zone,
            array(select f.key from jsonb_each(snapshot -> 'features') f
                   where f.value ->> 'kind' = 'metered' order by f.key) as meters
       from entitlement_snapshots where org_id = any($1::uuid[])`,
    [`{${orgIds.join(',')}}`],
  );
