import { conflict } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';

export const noteDemo = (tx: Tx, orgId: string): Promise<unknown> =>
  tx.query('insert into demo_organisations (org_id) values ($1) on conflict do nothing', [orgId]);

export const isDemo = async (tx: Tx, orgId: string): Promise<boolean> =>
  (await tx.one('select 1 from demo_organisations where org_id = $1', [orgId])) !== undefined;

/** For everything that ends in an invoice or at a payment provider. */
export async function requireNoDemo(tx: Tx, orgId: string): Promise<void> {
  if (await isDemo(tx, orgId)) throw conflict({}, 'This organisation is a demo: it is never charged for anything.');
}
