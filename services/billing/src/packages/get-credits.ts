import { Controller } from '@nestjs/common';
import { getCredits } from '@tidegate/contracts/billing/credits';
import { listDrawnCredits } from '@tidegate/contracts/usage/credits';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Bus } from '@tidegate/messaging/bus';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Log } from '@tidegate/telemetry/log';
import { type CreditRow, creditToWire, findCredits } from '../credits/credit.rows.ts';
import { listOrderRows, orderToWire } from '../credits/package-order.rows.ts';
import { findBalances } from '../invoices/balance.rows.ts';

/** Money from our own tables, and prepaid units with what usage says was drawn of them. */
@Controller()
export class GetCredits {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  @Handles(getCredits)
  async handle({ caller }: OperationContext<typeof getCredits>) {
    const orgId = caller.orgId as string;
    const { balances, credits, orders } = await this.tenants.snapshot(orgId, async (tx) => ({
      balances: await findBalances(tx, orgId),
      credits: await findCredits(tx, orgId),
      orders: await listOrderRows(tx, orgId),
    }));
    const drawn = credits.length === 0 ? new Map<string, number>() : await this.drawn(orgId);
    const now = Date.now();
    const left = (row: CreditRow): number | null =>
      drawn === undefined ? null : Number(row.amount) - (drawn.get(row.id) ?? 0);
    const expired = ({ until_at: until }: CreditRow): boolean => until !== null && until.getTime() <= now;
    const features = [...Map.groupBy(credits, ({ feature }) => feature)].map(([feature, rows]) => ({
      feature,
      left: drawn && rows.reduce((sum, row) => sum + (expired(row) ? 0 : (left(row) as number)), 0),
      credits: rows.map((row) => ({ ...creditToWire(row), left: left(row), expired: expired(row) })),
    }));
    return {
      balances,
      features: features.map((one) => ({ ...one, left: one.left ?? null })),
      orders: orders.map(orderToWire),
    };
  }

  /** By id; undefined while usage does not answer: what is owed and owned is shown all the same. */
  private async drawn(orgId: string): Promise<ReadonlyMap<string, number> | undefined> {
    try {
      const { items } = await this.bus.call(listDrawnCredits, {}, { orgId });
      return new Map(items.map(({ id, drawn }) => [id, drawn]));
    } catch (error) {
      this.log.warn({ orgId, err: error }, 'Usage does not say what was drawn of prepaid units');
      return undefined;
    }
  }
}
