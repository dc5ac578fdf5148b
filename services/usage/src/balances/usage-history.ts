import { Controller } from '@nestjs/common';
import { unitsOf } from '@tidegate/contracts/usage/quantity';
import { usageHistory } from '@tidegate/contracts/usage/usage';
import { Bus } from '@tidegate/messaging/bus';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { stepsOf } from '../entitlements/meter-periods.rules.ts';
import { requireStanding } from '../entitlements/standing.ts';
import { requireMeter } from '../meters/meter.rows.ts';
import { historyRange, monthsOf } from './balance.rules.ts';
import { findBuckets, findMonths } from './history.rows.ts';

/** Hours are those of UTC, days those of the organisation's time zone, months those of its periods. */
@Controller()
export class UsageHistory {
  constructor(private readonly bus: Bus) {}

  @Handles(usageHistory)
  async handle({ input, tx, refuse }: OperationContext<typeof usageHistory>) {
    const { snapshot, periods, timeZone: zone, now } = await requireStanding(tx, this.bus);
    const { decimals } = await requireMeter(refuse, tx, input.meter);
    const { meter, granularity } = input;
    const steps = stepsOf(periods, meter);
    const range = historyRange(input, steps, now);
    const timeZone = granularity === 'day' ? zone : 'UTC';
    const of = { orgId: snapshot.orgId, meter };
    const buckets =
      granularity === 'month'
        ? await findMonths(tx, of, monthsOf(steps, range))
        : await findBuckets(tx, { ...of, granularity, timeZone, ...range });
    const items = buckets.map(({ start, quantity, events }) => ({
      start: start.toISOString(),
      quantity: unitsOf(quantity, decimals),
      events: events === null ? null : Number(events),
    }));
    const total = buckets.reduce((sum, { quantity }) => sum + BigInt(quantity), 0n);
    return { meter, granularity, timeZone, items, total: unitsOf(total, decimals) };
  }
}
