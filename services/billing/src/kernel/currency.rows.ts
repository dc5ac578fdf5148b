import type { Tx } from '@tidegate/database/tx';

/** What the organisation is billed in; undefined before its first paid item. */
export async function currencyOf(tx: Tx, orgId: string): Promise<string | undefined> {
  const row = await tx.one<{ currency: string | null }>('select currency from billing_accounts where org_id = $1', [
    orgId,
  ]);
  return row?.currency ?? undefined;
}
