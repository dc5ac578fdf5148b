import type { Tx } from '@tidegate/database/tx';

/** Nobody else opens or removes the demo until the transaction ends. */
export async function lockDemo(tx: Tx): Promise<string | undefined> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended(current_schema() || ' demo', 0))");
  return (await tx.one<{ org_id: string }>('select org_id from demo_organisation'))?.org_id;
}

export const noteDemo = (tx: Tx, orgId: string): Promise<unknown> =>
  tx.query(
    'insert into demo_organisation (org_id) values ($1) on conflict (only_row) do update set org_id = excluded.org_id',
    [orgId],
  );

/** False when it is not there. */
export const setDemoUntil = async (tx: Tx, until: Date): Promise<boolean> =>
  (await tx.one('update organisations set demo_until = $2 where org_id = $1 and demo returning 1', [
    tx.orgId,
    until,
  ])) !== undefined;

export const deleteDemo = (tx: Tx): Promise<unknown> => tx.query('delete from demo_organisation');
