import { Controller } from '@nestjs/common';
import { type CreditLeft, getCredits } from '@tidegate/contracts/billing/credits';
import { type DrawnCredit, listDrawnCredits } from '@tidegate/contracts/usage/credits';
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
    const known = await this.left(orgId);
    const now = clock.now();
    const shown = [...(known ?? []).flatMap(rolledOver), ...credits.map((row) => bought(row, known, now))];
    const features = [...Map.groupBy(shown, ({ feature }) => feature)].map(([feature, all]) => {
      const decimals = known?.find(({ meter }) => meter === feature)?.decimals ?? 0;
      const sum = all.reduce((so, { left, expired }) => so + (expired ? 0 : inSteps(left ?? 0, decimals)), 0);
      return { feature, left: known ? unitsOf(sum, decimals) : null, credits: all };
    });
    return { balances, features, orders: orders.map(orderToWire) };
  }

  /** Undefined while usage does not answer: what is owed and owned is shown all the same. */
  private async left(orgId: string): Promise<DrawnCredit[] | undefined> {
    try {
      return (await this.bus.call(listDrawnCredits, {}, { orgId })).items;
    } catch (error) {
      this.log.warn({ orgId, err: error }, 'Usage does not say what is left of prepaid units');
      return undefined;
    }
  }
}

function bought(row: CreditRow, known: readonly DrawnCredit[] | undefined, now: number): CreditLeft {
  const { by: _, reason: __, ...shown } = creditToWire(row);
  // What usage has not received yet is whole.
  const left = known ? (known.find(({ id }) => id === row.id)?.left ?? Number(row.amount)) : null;
  return { ...shown, left, expired: row.until_at !== null && row.until_at.getTime() <= now };
}

/** What was left of an earlier window, as far as anything of it can be used. */
function rolledOver({ id, meter, left, rollover }: DrawnCredit): CreditLeft[] {
  if (!rollover || left === 0 || Date.parse(rollover.until) <= clock.now()) return [];
  const { amount, from, until } = rollover;
  const given = { source: 'rollover' as const, package: null, priority: 0, givenAt: from };
  return [{ id, feature: meter, name: 'Left of earlier periods', amount, left, from, until, ...given, expired: false }];
}
