import { Controller } from '@nestjs/common';
import { usageBackfilled } from '@tidegate/contracts/usage/backfills';
import { usageCorrected } from '@tidegate/contracts/usage/corrections';
import { sumUsage } from '@tidegate/contracts/usage/sums';
import { previewUsageCharges } from '@tidegate/contracts/usage/usage-charges';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Bus } from '@tidegate/messaging/bus';
import { type EventContext, Handles, On, type OperationContext } from '@tidegate/messaging/handler';
import { recordChange } from '../kernel/change.rows.ts';
import { LATE_MS } from './charges.ts';
import { findChargesOf, reopenCharges, type UsageChargeRow } from './usage-charge.rows.ts';
import { owedFor, spansOf } from './usage-charge.rules.ts';

/** Longer than a month: with the next window, if there is one. */
const CHARGED_WITHIN_DAYS = 32;

/** Usage of a time that is over changes: says what that costs, charges it again when it has happened, and tells who did it. */
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
    const { orgId, done, ...changed } = data;
    await reopenCharges(tx, orgId, data, CHARGED_WITHIN_DAYS);
    if (!done) return;
    const { action, by, reason, backfillId } = done;
    const after = { ...changed, backfillId };
    await recordChange(tx, { orgId, product: null, action: `backfill_${action}`, by, reason, after });
  }

  @On(usageCorrected)
  async record({ data, tx }: EventContext<typeof usageCorrected>): Promise<void> {
    const { orgId, action, by, reason, before, quantity, ...event } = data;
    await recordChange(tx, {
      ...{ orgId, product: null, action: action === 'void' ? 'usage_voided' : 'usage_amended', by, reason },
      before: { ...event, quantity: before },
      after: { ...event, quantity },
    });
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
