import type { Tx } from '@tidegate/database/tx';
import type { MeterPeriods } from '../entitlements/meter-periods.rules.ts';

/** Those of these organisations that exist and have entitlements. Needs a transaction that sees all organisations. */
export const findVersions = (tx: Tx, orgIds: readonly string[]): Promise<{ org_id: string; version: number }[]> =>
  tx.query(
    `select org_id, version from entitlement_snapshots a where org_id = any($1::uuid[])
        and not exists (select from deleted_organisations d where d.org_id = a.org_id)`,
    [`{${orgIds.join(',')}}`],
  );

export const findEnrolments = (
  tx: Tx,
  orgIds: readonly string[],
): Promise<{ org_id: string; version: number; periods: MeterPeriods; meters: string[] }[]> =>
  tx.query(
    `select org_id, version, periods,
            array(select f.key from jsonb_each(snapshot -> 'features') f
                   where f.value ->> 'kind' = 'metered' order by f.key) as meters
       from entitlement_snapshots where org_id = any($1::uuid[])`,
    [`{${orgIds.join(',')}}`],
  );
