import { Controller } from '@nestjs/common';
import { previewUsageCharges } from '@tidegate/contracts/billing/usage-charges';
import { usageBackfilled } from '@tidegate/contracts/usage/backfills';
import { sumUsage } from '@tidegate/contracts/usage/sums';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Bus } from '@tidegate/messaging/bus';
import { type EventContext, Handles, On, type OperationContext } from '@tidegate/messaging/handler';
import { LATE_MS } from './charges.ts';
import { findChargesOf, reopenCharges, type UsageChargeRow } from './usage-charge.rows.ts';
import { owedFor, spansOf } from './usage-charge.rules.ts';

/** Longer than a month: with the next window, if there is one. */
const CHARGED_WITHIN_DAYS = 32;

/** Usage of a time that is over changes: says what that costs, and charges it again when it has happened. */
@Controller()
export class UsageBackfilled {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly bus: Bus,
  ) {}

  @Handles(previewUsageCharges)
  async preview({ input, caller }: OperationContext<typeof previewUsageCharges>) {
    const orgId = caller.orgId as string;
    const { meter, changes } = input;
    const instants = changes.map(({ at }) => at).sort();
    const [from, last] = [instants[0], instants.at(-1)];
    if (!from || !last) return { charges: [] };
    const to = new Date(Date.parse(last) + 1).toISOString();
    const rows = await this.tenants.read(orgId, (tx) => findChargesOf(tx, orgId, { meter, from, to }, LATE_MS));
    const charges = [];
    for (const row of rows) {
      const spans = spansOf(row);
      if (spans.length === 0) continue;
      const now = await this.owed(orgId, row, { spans });
      const then = await this.owed(orgId, row, { spans, changes });
      const { product, currency } = row;
      const [periodStart, periodEnd] = [row.from_at.toISOString(), row.until_at.toISOString()];
      charges.push({ product, currency, periodStart, periodEnd, amountMinor: Number(then - now) });
    }
    return { charges: charges.filter(({ amountMinor }) => amountMinor !== 0) };
  }

  @On(usageBackfilled)
  async reopen({ data, tx }: EventContext<typeof usageBackfilled>): Promise<void> {
    await reopenCharges(tx, data.orgId, data, CHARGED_WITHIN_DAYS);
  }

  private async owed(
    orgId: string,
    row: UsageChargeRow,
    asked: { spans: ReturnType<typeof spansOf>; changes?: { at: string; quantity: number }[] },
  ): Promise<bigint> {
    const { sums, decimals } = await this.bus.call(sumUsage, asked, { orgId });
    return owedFor(row, { sums: sums.map(BigInt), decimals: decimals[0] ?? 0 }).amount;
  }
}
