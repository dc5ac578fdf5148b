import { Controller } from '@nestjs/common';
import { usageHistory } from '@tidegate/contracts/usage/usage';
import { Bus } from '@tidegate/messaging/bus';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findTimeZone } from '../entitlements/entitlement-snapshot.rows.ts';
import { requireSnapshot } from '../entitlements/require-snapshot.ts';
import { requireMeter } from '../meters/meter.rows.ts';
import { findBuckets } from './balance.rows.ts';
import { anchorOf, historyRange } from './balance.rules.ts';

/** Hours are those of UTC; days are those of the organisation's time zone. */
@Controller()
export class UsageHistory {
  constructor(private readonly bus: Bus) {}

  @Handles(usageHistory)
  async handle({ input, tx, refuse }: OperationContext<typeof usageHistory>) {
    const snapshot = await requireSnapshot(tx, this.bus);
    await requireMeter(refuse, tx, input.meter);
    const { meter, granularity } = input;
    const timeZone = granularity === 'day' ? await findTimeZone(tx, snapshot.orgId) : 'UTC';
    const range = historyRange(input, anchorOf(snapshot), Date.now());
    const buckets = await findBuckets(tx, { orgId: snapshot.orgId, meter, granularity, timeZone, ...range });
    const items = buckets.map(({ start, quantity, events }) => ({
      start: start.toISOString(),
      quantity: Number(quantity),
      events: Number(events),
    }));
    return { meter, granularity, timeZone, items, total: items.reduce((sum, item) => sum + item.quantity, 0) };
  }
}
