import type { OwnEntitlements } from '@tidegate/contracts/billing/entitlements';
import { LOGO_BYTES_HERE } from '@tidegate/contracts/identity/profile';
import type { Theme } from '@tidegate/contracts/identity/themes';
import type { Tx } from '@tidegate/database/tx';

export interface HereRow {
  name: string;
  demo: boolean;
  demo_until: Date | null;
  /** null: there is none. Its logo is null where it is too large as well, and then `large` says so. */
  theme: Theme | null;
  large: boolean;
  entitlements: Pick<OwnEntitlements, 'version' | 'plans' | 'features'> | null;
}

/** What stands around the pages of the organisation of this transaction, in one round trip. */
export const findHere = (tx: Tx): Promise<HereRow | undefined> =>
  tx.one<HereRow>(
    `select o.name, o.demo, o.demo_until, coalesce(length(t.logo) > $2, false) as large,
            case when t.org_id is not null then json_build_object('name', t.name, 'accent', t.accent,
              'logo', case when length(t.logo) <= $2 then t.logo end) end as theme,
            case when e.org_id is not null then json_build_object('version', e.version,
              'plans', e.snapshot -> 'plans', 'features', e.snapshot -> 'features') end as entitlements
       from organisations o
       left join organisation_themes t on t.org_id = o.org_id
       left join entitlements e on e.org_id = o.org_id
      where o.org_id = $1`,
    [tx.orgId, LOGO_BYTES_HERE],
  );
