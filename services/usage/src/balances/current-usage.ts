import { Controller } from '@nestjs/common';
import { currentUsage } from '@tidegate/contracts/usage/usage';
import { Bus } from '@tidegate/messaging/bus';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { monthOf } from '../entitlements/meter-periods.rules.ts';
import { requireStanding } from '../entitlements/standing.ts';
import { findMeters } from '../meters/meter.rows.ts';
import { findBalances } from './balance.rows.ts';
import { meterUsage } from './balance.rules.ts';
import { currentWindow, instant } from './window.rules.ts';

@Controller()
export class CurrentUsage {
  constructor(private readonly bus: Bus) {}

  @Handles(currentUsage)
  async handle({ tx }: OperationContext<typeof currentUsage>) {
    const standing = await requireStanding(tx, this.bus);
    const meters = await findMeters(tx);
    const windows = meters.map(({ meter }) => currentWindow(standing, meter));
    const balances = await findBalances(tx, standing.snapshot.orgId, windows);
    const month = monthOf(standing.periods.shared, standing.now);
    return {
      periodStart: instant(month.start),
      periodEnd: instant(month.end),
      items: windows.flatMap((window, at) => {
        const [meter, balance] = [meters[at], balances[at]];
        return meter && balance ? [meterUsage(meter, balance, standing, window)] : [];
      }),
    };
  }
}
