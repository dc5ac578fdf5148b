import type { Theme } from '@tidegate/contracts/identity/themes';
import type { Tx } from '@tidegate/database/tx';

export const findTheme = (tx: Tx): Promise<Theme | undefined> =>
  tx.one<Theme>('select name, accent, logo from organisation_themes where org_id = $1', [tx.orgId]);

export async function saveTheme(tx: Tx, { name, accent, logo }: Theme): Promise<void> {
  await tx.query(
    `insert into organisation_themes (org_id, name, accent, logo) values ($1, $2, $3, $4)
     on conflict (org_id) do update set name = $2, accent = $3, logo = $4, updated_at = now()`,
    [tx.orgId, name, accent, logo],
  );
}
