import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { clock } from '@tidegate/runtime/clock';
import { Loop } from '@tidegate/runtime/loop';
import { Metrics } from '@tidegate/telemetry/metrics';
import { noteRevenue } from '../kernel/revenue.rows.ts';
import { findCatalogue } from '../plans/catalogue.rows.ts';
import { revenueNow, subscriptionsNow } from './business-figures.rows.ts';

/** What is earned, as metrics: whoever operates sees in one place that revenue fell when something broke. */
@Injectable()
export class MeasureBusiness {
  private readonly revenue;
  private readonly subscriptions;
  private corrected = false;

  constructor(
    private readonly tenants: TenantDatabase,
    metrics: Metrics,
  ) {
    this.revenue = metrics.gauge(
      'tidegate_billing_mrr_minor',
      'Monthly recurring revenue in minor units of the currency',
      ['currency'],
    );
    this.subscriptions = metrics.gauge('tidegate_billing_subscriptions', 'Subscriptions by plan and status', [
      'product',
      'plan',
      'status',
    ]);
  }

  @Loop({ name: 'measure-business', everyMs: 300_000 })
  async turn(): Promise<undefined> {
    if (!this.corrected) await this.correct();
    this.corrected = true;
    const all = this.tenants.reader({ system: 'catalogue' });
    const [revenue, subscriptions] = [await revenueNow(all), await subscriptionsNow(all)];
    this.revenue.reset();
    for (const { currency, mrr } of revenue) this.revenue.set({ currency }, Number(mrr));
    this.subscriptions.reset();
    for (const { subscriptions: count, ...labels } of subscriptions) this.subscriptions.set(labels, count);
  }

  /** Releases before left out, of what is paid by the year, add-ons that are sold by the month. What is right writes nothing. */
  private async correct(): Promise<void> {
    const catalogue = await findCatalogue(this.tenants.reader({}));
    for (const { product } of catalogue?.products ?? [])
      await this.tenants.system('catalogue', (tx) => noteRevenue(tx, { product, addonsByYear: true }, clock.now()));
  }
}
