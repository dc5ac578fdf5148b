import { Injectable } from '@nestjs/common';
import { currentUsage, type MeterUsage } from '@tidegate/contracts/usage/usage';
import { Bus } from '@tidegate/messaging/bus';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { requireAccount } from '../entitlements/require-snapshot.ts';
import { findMeters } from '../meters/meter.rows.ts';
import { findBalances } from './balance.rows.ts';
import { currentPeriod, meterUsage } from './balance.rules.ts';
import { findDayBalance, quotaWindow } from './quota-window.rows.ts';

@Injectable()
export class CurrentUsage {
  constructor(private readonly bus: Bus) {}

  @Handles(currentUsage)
  async handle({ tx }: OperationContext<typeof currentUsage>) {
    const account = await requireAccount(tx, this.bus);
    const now = Date.now();
    const period = currentPeriod(account, now);
    const [meters, balances] = await Promise.all([findMeters(tx), findBalances(tx, account.orgId, period.start)]);
    const items: MeterUsage[] = [];
    for (const meter of meters) {
      const grant = account.features[meter.meter];
      if (grant?.kind === 'metered' && grant.per === 'day') {
        const day = await quotaWindow(tx, account, grant, now);
        items.push(meterUsage(meter, await findDayBalance(tx, account.orgId, meter.meter, day), account, day));
      } else {
        items.push(meterUsage(meter, balances.get(meter.meter) ?? { used: 0, reserved: 0 }, account, period));
      }
    }
    return {
      plan: account.plan,
      periodStart: period.start,
      periodEnd: period.end,
      items,
    };
  }
}
