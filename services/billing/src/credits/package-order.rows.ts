import type { PackageOrder } from '@tidegate/contracts/billing/credits';
import type { Tx } from '@tidegate/database/tx';

export interface PackageOrderRow {
  id: string;
  package: string;
  name: string;
  feature: string;
  quantity: number;
  amount: string;
  expires_days: number | null;
  currency: string;
  total_minor: string;
  status: PackageOrder['status'];
  invoice_id: string | null;
  credit_id: string | null;
  ordered_by: string;
  ordered_at: Date;
}

const COLUMNS = `id, package, name, feature, quantity, amount, expires_days, currency, total_minor, status, invoice_id,
  credit_id, ordered_by, ordered_at`;

export const findOrderByKey = (tx: Tx, orgId: string, key: string): Promise<PackageOrderRow | undefined> =>
  tx.one<PackageOrderRow>(`select ${COLUMNS} from package_orders where org_id = $1 and order_key = $2`, [orgId, key]);

export async function countOpenOrders(tx: Tx, orgId: string): Promise<number> {
  const row = await tx.one<{ open: number }>(
    `select count(*)::int as open from package_orders o
      where org_id = $1 and status <> 'canceled'
        and exists (select from invoices i where i.org_id = o.org_id and i.id = o.invoice_id
                      and i.status in ('open', 'uncollectible'))`,
    [orgId],
  );
  return row?.open ?? 0;
}

export const insertOrder = (
  tx: Tx,
  orgId: string,
  order: Pick<PackageOrderRow, 'id' | 'package' | 'name' | 'feature' | 'quantity' | 'expires_days' | 'currency'> & {
    key: string;
    amount: number;
    totalMinor: bigint;
    by: string;
  },
): Promise<unknown> =>
  tx.query(
    `insert into package_orders (org_id, id, order_key, package, name, feature, quantity, amount, expires_days, currency,
                                 total_minor, status, ordered_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', $12)`,
    [
      orgId,
      order.id,
      order.key,
      order.package,
      order.name,
      order.feature,
      order.quantity,
      order.amount,
      order.expires_days,
      order.currency,
      order.totalMinor,
      order.by,
    ],
  );

/** Orders that are on an invoice; they have it from when it is issued. */
export const findOrdersOn = (tx: Tx, orgId: string, invoiceId: string): Promise<PackageOrderRow[]> =>
  tx.query<PackageOrderRow>(
    `update package_orders o set invoice_id = $2
       from invoice_items i
      where o.org_id = $1 and i.org_id = $1 and i.invoice_id = $2 and i.effect_key = 'package:' || o.id
      returning ${COLUMNS.split(', ')
        .map((column) => `o.${column.trim()}`)
        .join(', ')}`,
    [orgId, invoiceId],
  );

export const decideOrderRow = (
  tx: Tx,
  orgId: string,
  id: string,
  { status, creditId }: { status: PackageOrder['status']; creditId: string | null },
): Promise<unknown> =>
  tx.query('update package_orders set status = $3, credit_id = coalesce($4, credit_id) where org_id = $1 and id = $2', [
    orgId,
    id,
    status,
    creditId,
  ]);

export const listOrderRows = (tx: Tx, orgId: string): Promise<PackageOrderRow[]> =>
  tx.query<PackageOrderRow>(
    `select ${COLUMNS} from package_orders where org_id = $1 order by ordered_at desc, id desc limit 200`,
    [orgId],
  );

export const orderToWire = (row: PackageOrderRow): PackageOrder => ({
  id: row.id,
  package: row.package,
  name: row.name,
  feature: row.feature,
  quantity: row.quantity,
  amount: Number(row.amount),
  currency: row.currency,
  totalMinor: Number(row.total_minor),
  status: row.status,
  invoiceId: row.invoice_id,
  creditId: row.credit_id,
  orderedBy: row.ordered_by,
  orderedAt: row.ordered_at.toISOString(),
});
