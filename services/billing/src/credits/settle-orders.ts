import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { endUnits, packageBought } from './give-units.ts';
import { decideOrderRow, findOrdersOn, type PackageOrderRow } from './package-order.rows.ts';

/**
 * What became of an invoice decides on the packages that are on it, in the same transaction: paid, their units are given;
 * withdrawn, they are not, and those that were given before payment end. The account must be locked.
 */
export async function settleOrders(
  tx: Tx,
  emit: Emit,
  { orgId, invoiceId, by }: { orgId: string; invoiceId: string; by: string },
  outcome: 'issued' | 'paid' | 'withdrawn',
): Promise<void> {
  for (const order of await findOrdersOn(tx, orgId, invoiceId)) {
    if (outcome === 'paid' && order.status === 'open') await grantOrder(tx, emit, orgId, order);
    if (outcome !== 'withdrawn' || order.status === 'canceled') continue;
    if (order.credit_id) {
      await endUnits(tx, emit, { orgId, id: order.credit_id, by, reason: 'The invoice was withdrawn' });
    }
    await decideOrderRow(tx, orgId, order.id, { status: 'canceled', creditId: null });
  }
}

/** The units that an order is for, once. */
export async function grantOrder(tx: Tx, emit: Emit, orgId: string, order: PackageOrderRow): Promise<void> {
  const { id, package: key, name, feature, quantity, expires_days: expiresDays, currency } = order;
  const credit = await packageBought(tx, emit, {
    orgId,
    pack: { package: key, name, feature, amount: Number(order.amount) / quantity, expiresDays },
    quantity,
    reference: `order:${id}`,
    paid: { currency, amountMinor: BigInt(order.total_minor) },
    by: order.ordered_by,
  });
  await decideOrderRow(tx, orgId, id, { status: 'granted', creditId: credit.id });
}
