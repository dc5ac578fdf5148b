import { Controller } from '@nestjs/common';
import { estimateUsage, type UsageEstimate } from '@tidegate/contracts/usage/estimate';
import { limitInSteps, unitsOf } from '@tidegate/contracts/usage/quantity';
import { Bus } from '@tidegate/messaging/bus';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { requireStanding, type Standing } from '../entitlements/standing.ts';
import { findMeters } from '../meters/meter.rows.ts';
import { findBalances } from './balance.rows.ts';
import { type Balance, NOTHING_USED } from './balance.rules.ts';
import { estimate } from './estimate.rules.ts';
import { findWeeks } from './history.rows.ts';
import { instant, type MeterWindow, windowOf } from './window.rules.ts';

@Controller()
export class EstimateUsage {
  constructor(private readonly bus: Bus) {}

  @Handles(estimateUsage)
  async handle({ tx }: OperationContext<typeof estimateUsage>) {
    const standing = await requireStanding(tx, this.bus);
    const { orgId } = standing.snapshot;
    const periods = (await findMeters(tx)).map(({ meter }) => periodOf(standing, meter));
    const balances = await findBalances(tx, orgId, periods);
    const weeks = await findWeeks(tx, orgId, instant(standing.now));
    return {
      items: periods.map((period, at) =>
        line(standing, period, balances[at] ?? NOTHING_USED, weeks.get(period.meter) ?? null),
      ),
    };
  }
}

const grantOf = ({ snapshot }: Standing, meter: string) => {
  const grant = snapshot.features[meter];
  return grant?.kind === 'metered' ? grant : undefined;
};

/** Hours and days end too soon to look ahead, and `ever` never does: those are estimated by the month. */
const periodOf = (standing: Standing, meter: string): MeterWindow =>
  windowOf(standing, meter, grantOf(standing, meter)?.per === 'period' ? 'period' : 'month');

function line(
  standing: Standing,
  period: MeterWindow,
  balance: Balance,
  week: readonly number[] | null,
): UsageEstimate {
  const { used, decimals, drawn, credits } = balance;
  const grant = grantOf(standing, period.meter);
  const limit = grant?.per === period.per ? grant.limit : null;
  const most = limit === null ? null : limitInSteps(limit, decimals) + drawn + credits;
  const found = estimate({ period, now: standing.now, used, limit: most, week });
  const units = (steps: number | null) => (steps === null ? null : unitsOf(steps, decimals));
  return {
    meter: period.meter,
    periodStart: instant(period.start),
    periodEnd: instant(period.end),
    used: unitsOf(used, decimals),
    estimate: units(found.estimate),
    method: found.method,
    straightLine: units(found.straightLine),
    lastSevenDays: units(found.lastSevenDays),
    limit,
    reachesLimitAt: found.reachesLimitAt === null ? null : instant(found.reachesLimitAt),
  };
}
