import { Controller } from '@nestjs/common';
import { invalid } from '@tidegate/contracts/kernel/problem';
import type { UsageGroup } from '@tidegate/contracts/usage/dimensions';
import { currentUsage, type Meter } from '@tidegate/contracts/usage/usage';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { monthOf } from '../entitlements/meter-periods.rules.ts';
import { requireStanding } from '../entitlements/standing.ts';
import { findMeters, requireMeter } from '../meters/meter.rows.ts';
import { findBalances } from './balance.rows.ts';
import { type Balance, meterUsage } from './balance.rules.ts';
import { findGroups } from './group.rows.ts';
import { groupsFor, readGrouping, toGroups } from './group.rules.ts';
import { currentWindow, instant, type MeterWindow } from './window.rules.ts';

type Context = OperationContext<typeof currentUsage>;

@Controller()
export class CurrentUsage {
  constructor(private readonly bus: Bus) {}

  @Handles(currentUsage)
  async handle({ input, tx, refuse }: Context) {
    if (!input.meter && (input.groupBy || input.filter)) {
      throw invalid('/meter', 'missing', 'Name the meter whose use is divided.');
    }
    const standing = await requireStanding(tx, this.bus);
    const { orgId } = standing.snapshot;
    const meters = input.meter ? [await requireMeter(refuse, tx, input.meter)] : await findMeters(tx);
    const windows = meters.map(({ meter }) => currentWindow(standing, meter));
    const balances = await findBalances(tx, orgId, windows);
    const month = monthOf(standing.periods.shared, standing.now);
    const items = windows.flatMap((window, at) => {
      const [meter, balance] = [meters[at], balances[at]];
      return meter && balance ? [{ meter, balance, window, line: meterUsage(meter, balance, standing, window) }] : [];
    });
    const [only] = items;
    const groups = only && input.groupBy ? await divide(tx, orgId, only, input) : undefined;
    return {
      periodStart: instant(month.start),
      periodEnd: instant(month.end),
      items: items.map(({ line }) => ({ ...line, ...(groups ? { groups } : {}) })),
    };
  }
}

/** The use of one window by dimensions, the largest first. */
async function divide(
  tx: Tx,
  orgId: string,
  { meter, balance, window }: { meter: Meter; balance: Balance; window: MeterWindow },
  input: Context['input'],
): Promise<UsageGroup[]> {
  const { names, by, having } = readGrouping(meter, input);
  const start = instant(window.start);
  const asked = { orgId, meter: meter.meter, starts: [start], stop: instant(window.end), by, having };
  const of = meter.aggregate === 'time_weighted' ? 'weighted' : 'dimensions';
  const rows = await findGroups(tx, { ...asked, of, most: groupsFor(1) });
  const counted = rows.reduce((sum, { quantity }) => sum + BigInt(quantity), 0n);
  const quantity = having.length === 0 ? BigInt(balance.used) : counted;
  const groups = toGroups({ names, decimals: meter.decimals }, [{ start, quantity, events: null }], rows);
  return groups.map(({ dimensions, others, total }) => ({ dimensions, others, used: total }));
}
