import type { Tx } from '@tidegate/database/tx';

export async function insertOwner(tx: Tx, userId: string): Promise<void> {
  await tx.query('insert into owners (org_id, user_id) values ($1, $2) on conflict do nothing', [tx.orgId, userId]);
}

/** System purpose `upkeep`: organisations that have channels and an unknown owner, in one order. */
export const listOrganisationsWithoutOwner = (tx: Tx, after: string, limit: number): Promise<{ org_id: string }[]> =>
  tx.query<{ org_id: string }>(
    `select distinct org_id from channels c
      where org_id > $1 and not exists (select 1 from owners o where o.org_id = c.org_id)
      order by org_id limit $2`,
    [after, limit],
  );
