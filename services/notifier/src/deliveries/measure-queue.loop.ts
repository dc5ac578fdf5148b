import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Loop } from '@tidegate/runtime/loop';
import { Metrics } from '@tidegate/telemetry/metrics';
import { measureQueue } from '../queue/delivery-queue.rows.ts';

/** Metrics of the queue; outcomes are counted where they are recorded. */
@Injectable()
export class MeasureQueue {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly metrics: Metrics,
  ) {}

  @Loop({ name: 'measure-queue', everyMs: 30_000 })
  async turn(): Promise<undefined> {
    const { waiting, lateSeconds } = await measureQueue(this.tenants.reader({}));
    this.metrics.gauge('tidegate_delivery_queue_messages', 'Messages that wait to be sent or retried').set(waiting);
    this.metrics
      .gauge('tidegate_delivery_queue_late_seconds', 'How long the oldest waiting message has been due')
      .set(lateSeconds);
  }
}
