import type { MeteredGrant } from '@tidegate/contracts/billing/features';
import { windowAt } from '@tidegate/contracts/billing/period';
import { chance, DAY_MS, HOUR_MS, load } from '@tidegate/contracts/kernel/demo-shape';
import { type MeterPeriods, monthOf, stepsOf } from '../entitlements/meter-periods.rules.ts';

/*
 * Two events in each hour. What has a limit is used so that a whole month would end where `WHERE_IT_LEADS` says, in parts of
 * the limit: the first beyond it, others below. What has none is used like a small business would.
 */
const WHERE_IT_LEADS = [1.14, 0.93, 0.78, 0.55, 0.36];
const UNLIMITED_A_MONTH = 40_000;
const SERVERS = 5;
const SOURCES: Readonly<Record<string, string>> = {
  server_minutes: 'monitor-agent',
  bot_orders: 'bot-executor',
  backtest_runs: 'bot-executor',
  sweep_runs: 'bot-executor',
  notifications: 'notifier',
};

export interface MadeUpEvent {
  id: string;
  source: string;
  quantity: number;
  at: number;
  /** Where the month begins in which it counts. */
  periodStart: number;
}

export interface MadeUpMeter {
  meter: string;
  /** Which of the organisation's meters it is. */
  place: number;
  grant: MeteredGrant;
  /** Steps of the meter in a unit. */
  scale: number;
}

export function eventsOf(
  { meter, place, grant, scale }: MadeUpMeter,
  periods: MeterPeriods,
  { from, until }: { from: number; until: number },
): MadeUpEvent[] {
  const steps = stepsOf(periods, meter);
  const begin = Math.floor(from / HOUR_MS) * HOUR_MS;
  const weight = (at: number) => (meter === 'server_minutes' ? 1 : load(meter, at) ** 1.4);
  const month = windowAt(steps, 'month', until);
  let whole = 0;
  for (let at = month.end - 30 * DAY_MS; at < month.end; at += HOUR_MS) whole += weight(at);
  const aMonth = monthly(meter, place, grant) * scale;
  const most = grant.limit === null ? Number.MAX_SAFE_INTEGER : grant.limit * scale;
  const used = new Map<number, number>();
  // What is left of an hour's part below a whole step goes to the next.
  let rest = 0;
  const events: MadeUpEvent[] = [];
  for (let hour = begin; hour < until; hour += HOUR_MS) {
    for (const half of [0, 1]) {
      const at = hour + Math.floor((half + chance(`${meter} ${half}`, hour)) * (HOUR_MS / 2));
      const wanted = rest + (aMonth * weight(hour)) / whole / 2;
      const periodStart = monthOf(steps, at).start;
      const left = most - (used.get(periodStart) ?? 0);
      const quantity = Math.min(Math.floor(wanted), left);
      rest = wanted - Math.floor(wanted);
      if (at < from || at >= until || quantity <= 0) continue;
      used.set(periodStart, (used.get(periodStart) ?? 0) + quantity);
      events.push({ id: `demo-${hour}-${half}`, source: SOURCES[meter] ?? 'gateway', quantity, at, periodStart });
    }
  }
  return events;
}

function monthly(meter: string, place: number, { limit }: MeteredGrant): number {
  if (meter === 'server_minutes') return SERVERS * 30 * 24 * 60;
  return limit === null ? UNLIMITED_A_MONTH : limit * (WHERE_IT_LEADS[place % WHERE_IT_LEADS.length] ?? 1);
}
