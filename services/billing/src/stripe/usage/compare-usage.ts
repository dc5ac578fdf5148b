import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { StripeApi } from '../client/stripe-api.ts';
import { saveDrifts } from '../mirror/mirror.rows.ts';
import { decimalOf, millionths } from './quantity.rules.ts';
import { findSentHours, resendHours, type UsagePeriodRow } from './usage-report.rows.ts';

const HOUR_MS = 3_600_000;
/** Stripe counts a little later than it answers. */
const COUNTED_MS = HOUR_MS;

/**
 * Compares what Stripe has counted in each hour with what was reported. Every difference is stored, counted, and reported
 * once more under a new name.
 */
@Injectable()
export class CompareUsage {
  private readonly drift;
  private meters = new Map<string, string>();

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    this.drift = metrics.counter('tidegate_stripe_usage_drift_total', 'Hours of usage that Stripe counted otherwise');
  }

  /** Answers how many hours differed. */
  async compare(orgId: string, row: UsagePeriodRow, at: number): Promise<number> {
    const theirs = await this.summaries(row, at);
    if (!theirs) return 0;
    return this.tenants.run(orgId, async (tx) => {
      const sent = await findSentHours(tx, row, at - COUNTED_MS);
      const known = new Map(sent.map((hour) => [hourOf(hour.stamp.getTime()), hour]));
      const drifts = [...new Set([...known.keys(), ...theirs.keys()])].sort().flatMap((hour) => {
        const [our, their] = [known.get(hour), theirs.get(hour) ?? 0n];
        const ours = millionths(our?.quantity ?? '0');
        // What was reported a moment ago may not be counted yet.
        return ours === their || our?.settled === false
          ? []
          : [{ hour, stamp: our?.stamp.getTime() ?? hour, ours, their }];
      });
      if (drifts.length === 0) return 0;
      const what = (stamp: number) => `usage ${row.meter} ${new Date(stamp).toISOString()}`;
      await saveDrifts(
        tx,
        drifts.map(({ stamp, ours, their }) => ({
          what: what(stamp),
          ours: decimalOf(ours),
          theirs: decimalOf(their),
        })),
      );
      await resendHours(
        tx,
        row,
        drifts.map(({ stamp, hour }) => Math.max(stamp, hour, row.period_start.getTime())),
      );
      this.drift.inc(drifts.length);
      this.log.warn(
        { orgId, meter: row.meter, hours: drifts.length },
        'Stripe counted usage otherwise; it is reported again',
      );
      return drifts.length;
    });
  }

  /** By hour, those that are not zero. Undefined when there is no such meter. */
  private async summaries({ meter, customer_id, period_start, period_end }: UsagePeriodRow, at: number) {
    const id = await this.idOf(meter);
    if (!id) return undefined;
    const end = Math.min(Math.ceil(period_end.getTime() / HOUR_MS) * HOUR_MS, hourOf(at) + HOUR_MS);
    const range = {
      customer: customer_id,
      start_time: hourOf(period_start.getTime()) / 1_000,
      end_time: end / 1_000,
      value_grouping_window: 'hour' as const,
    };
    const all = await this.api.listAll('GET /v1/billing/meters/:id/event_summaries', (stripe, page) =>
      stripe.billing.meters.listEventSummaries(id, { ...range, ...page }),
    );
    const counted = all.filter(({ aggregated_value }) => aggregated_value !== 0);
    return new Map(
      counted.map(({ start_time, aggregated_value }) => [start_time * 1_000, millionths(aggregated_value)]),
    );
  }

  private async idOf(meter: string): Promise<string | undefined> {
    if (!this.meters.has(meter)) {
      const all = await this.api.listAll('GET /v1/billing/meters', (stripe, page) =>
        stripe.billing.meters.list({ status: 'active', ...page }),
      );
      this.meters = new Map(all.map(({ event_name, id }) => [event_name, id]));
    }
    return this.meters.get(meter);
  }
}

const hourOf = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS;
