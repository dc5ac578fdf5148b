import { Injectable } from '@nestjs/common';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import { usageHistory } from '@tidegate/contracts/usage/usage';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { requireMeter } from '../meters/require-meter.ts';
import { findBuckets } from './balance.rows.ts';
import { fillGaps, historyRange } from './balance.rules.ts';

@Injectable()
export class UsageHistory {
  @Handles(usageHistory)
  async handle({ input, caller, tx }: Call<typeof usageHistory>) {
    if (!caller.orgId) throw forbidden({}, 'Usage belongs to an organisation: call with one.');
    await requireMeter(tx, input.meter);
    const { meter, granularity } = input;
    const range = historyRange(input, Date.now());
    const buckets = await findBuckets(tx, {
      orgId: caller.orgId,
      meter,
      from: new Date(range.from),
      to: new Date(range.to),
      granularity,
    });
    const items = fillGaps(range, buckets);
    return { meter, granularity, items, total: items.reduce((sum, item) => sum + item.quantity, 0) };
  }
}
