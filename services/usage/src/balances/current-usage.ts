import { Controller } from '@nestjs/common';
import { currentUsage, type MeterUsage } from '@tidegate/contracts/usage/usage';
import { Bus } from '@tidegate/messaging/bus';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { requireSnapshot } from '../entitlements/require-snapshot.ts';
import { findMeters } from '../meters/meter.rows.ts';
import { findBalances } from './balance.rows.ts';
import { currentPeriod, meterUsage } from './balance.rules.ts';
import { findDayBalance, quotaWindow } from './quota-window.rows.ts';

@Controller()
export class CurrentUsage {
  constructor(private readonly bus: Bus) {}

  @Handles(currentUsage)
  async handle({ tx }: OperationContext<typeof currentUsage>) {
    const entitlements = await requireSnapshot(tx, this.bus);
    const now = Date.now();
    const period = currentPeriod(entitlements, now);
    const [meters, balances] = await Promise.all([findMeters(tx), findBalances(tx, entitlements.orgId, period.start)]);
    const items: MeterUsage[] = [];
    for (const meter of meters) {
      const grant = entitlements.features[meter.meter];
      if (grant?.kind === 'metered' && grant.per === 'day') {
        const day = await quotaWindow(tx, entitlements, grant, now);
        items.push(
          meterUsage(meter, await findDayBalance(tx, entitlements.orgId, meter.meter, day), entitlements, day),
        );
      } else {
        items.push(meterUsage(meter, balances.get(meter.meter) ?? { used: 0, reserved: 0 }, entitlements, period));
      }
    }
    return {
      periodStart: period.start,
      periodEnd: period.end,
      items,
    };
  }
}
