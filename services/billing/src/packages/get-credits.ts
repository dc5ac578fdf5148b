import { Controller } from '@nestjs/common';
import { getCredits } from '@tidegate/contracts/billing/credits';
import { listDrawnCredits } from '@tidegate/contracts/usage/credits';
import { inSteps, unitsOf } from '@tidegate/contracts/usage/quantity';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Bus } from '@tidegate/messaging/bus';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { clock } from '@tidegate/runtime/clock';
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
    const known = credits.length === 0 ? new Map<string, Left>() : await this.left(orgId);
    const now = clock.now();
    const expired = ({ until_at: until }: CreditRow): boolean => until !== null && until.getTime() <= now;
    const features = [...Map.groupBy(credits, ({ feature }) => feature)].map(([feature, rows]) => {
      const decimals = Math.max(0, ...rows.map(({ id }) => known?.get(id)?.decimals ?? 0));
      // What usage has not received yet is whole.
      const left = (row: CreditRow): number => known?.get(row.id)?.left ?? Number(row.amount);
      const sum = rows.reduce((all, row) => all + (expired(row) ? 0 : inSteps(left(row), decimals)), 0);
      return {
        feature,
        left: known ? unitsOf(sum, decimals) : null,
        credits: rows.map((row) => {
          const { by: _, reason: __, ...shown } = creditToWire(row);
          return { ...shown, left: known ? left(row) : null, expired: expired(row) };
        }),
      };
    });
    return {
      balances,
      features,
      orders: orders.map(orderToWire),
    };
  }

  /** By id; undefined while usage does not answer: what is owed and owned is shown all the same. */
  private async left(orgId: string): Promise<ReadonlyMap<string, Left> | undefined> {
    try {
      const { items } = await this.bus.call(listDrawnCredits, {}, { orgId });
      return new Map(items.map(({ id, ...left }) => [id, left]));
    } catch (error) {
      this.log.warn({ orgId, err: error }, 'Usage does not say what is left of prepaid units');
      return undefined;
    }
  }
}

interface Left {
  left: number;
  decimals: number;
}
