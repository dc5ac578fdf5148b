import { Injectable } from '@nestjs/common';
import { currentUsage } from '@tidegate/contracts/usage/usage';
import { Bus } from '@tidegate/messaging/bus';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { requireAccount } from '../accounts/require-account.ts';
import { findMeters } from '../meters/meter.rows.ts';
import { findBalances } from './balance.rows.ts';
import { currentPeriod, meterUsage } from './balance.rules.ts';

@Injectable()
export class CurrentUsage {
  constructor(private readonly bus: Bus) {}

  @Handles(currentUsage)
  async handle({ tx }: Call<typeof currentUsage>) {
    const account = await requireAccount(tx, this.bus);
    const period = currentPeriod(account, Date.now());
    const [meters, balances] = await Promise.all([findMeters(tx), findBalances(tx, account.orgId, period.start)]);
    return {
      plan: account.plan,
      periodStart: period.start,
      periodEnd: period.end,
      items: meters.map((meter) =>
        meterUsage(meter, balances.get(meter.meter) ?? { used: 0, reserved: 0 }, account, period),
      ),
    };
  }
}
