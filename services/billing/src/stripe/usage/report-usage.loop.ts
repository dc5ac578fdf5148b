import { Injectable } from '@nestjs/common';
import { OrganisationMoving } from '@tidegate/database/deleted-organisations';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { isOutage } from '@tidegate/messaging/errors';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { readClock } from '../../kernel/subscription.rows.ts';
import { StripeApi } from '../client/stripe-api.ts';
import { CompareUsage } from './compare-usage.ts';
import { ReportUsage } from './report-usage.ts';
import { nextUsageDue, releaseUsage, takeUsageDue, type UsageDue } from './usage-report.rows.ts';
import { isWhole, nextTurn } from './usage-times.rules.ts';

const AT_ONCE = 6;
const MINUTE_MS = 60_000;

/*
 * Reports the usage that Stripe charges:
 *
 *   every hour             a few minutes after it, the hours of the last two days that have changed
 *   when a period is over  all of its hours, and again every ten minutes as long as its invoice is a draft (an hour)
 *   once a day             all hours, compared with what Stripe has counted; and what came after an invoice was final
 *
 * An organisation is taken for a while, under a number: whoever loses it stops. A failure is repeated after some minutes.
 */
@Injectable()
export class ReportUsageLoop {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
    private readonly usage: ReportUsage,
    private readonly comparison: CompareUsage,
    private readonly log: Log,
  ) {}

  @Loop({ name: 'report-stripe-usage', everyMs: 300_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    if (!this.api.configured) return;
    const taken = await this.tenants.system('stripe', async (tx) => takeUsageDue(tx, await readClock(tx), AT_ONCE));
    await Promise.all(taken.map((due) => this.one(due)));
    if (signal.aborted) return;
    if (taken.length === AT_ONCE) return 'again';
    const reader = this.tenants.reader({ system: 'stripe' });
    return nextUsageDue(reader, await readClock(reader));
  }

  private async one(due: UsageDue): Promise<void> {
    const { org_id: orgId } = due;
    try {
      const whole = isWhole(due.compared_at.getTime(), await readClock(this.tenants.reader({})));
      const { at, counted, itemsWait } = await this.usage.report(due, { whole });
      if (whole)
        await this.compare(
          due,
          counted.map(({ row }) => row),
          at,
        );
      const dueAt = nextTurn(
        orgId,
        counted.map(({ row }) => row),
        at,
        itemsWait,
      );
      await this.release(due, { dueAt, comparedAt: whole ? at : null });
    } catch (error) {
      if (!isOutage(error) && !(error instanceof OrganisationMoving))
        this.log.error({ error, orgId }, 'Usage could not be reported to Stripe; it is tried again');
      const at = await readClock(this.tenants.reader({}));
      await this.release(due, { dueAt: at + 2 * MINUTE_MS, comparedAt: null });
    }
  }

  /** What differed is reported at once. */
  private async compare(due: UsageDue, rows: Parameters<CompareUsage['compare']>[1][], at: number): Promise<void> {
    let differed = 0;
    for (const row of rows) if (row.invoiced === null) differed += await this.comparison.compare(due.org_id, row, at);
    if (differed > 0) await this.usage.report(due, { whole: false });
  }

  private release(due: UsageDue, next: { dueAt: number | null; comparedAt: number | null }): Promise<void> {
    return this.tenants.system('stripe', (tx) => releaseUsage(tx, due, next));
  }
}
