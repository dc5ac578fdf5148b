import type { PlanMove } from '@tidegate/contracts/billing/plans';
import { paidPeriod } from '../kernel/subscription.rules.ts';

/** A subscription that moves, and the instant at which it does. */
export interface Move {
  orgId: string;
  fromVersion: number;
  interval: 'month' | 'year';
  at: string;
}

/** What is read of a subscription that moves. */
export interface MovingRow {
  org_id: string;
  plan_version: number;
  billing_interval: 'month' | 'year';
  period_start: Date | null;
  period_end: Date | null;
  /** The step from which its periods are counted. */
  from_at: Date;
  anchor: Date;
  months: 1 | 12;
}

/** At once, or each at the end of what it has paid for. */
export const movesOf = (rows: readonly MovingRow[], at: 'now' | 'period_end', now: number): Move[] =>
  rows.map((row) => {
    const { period_start: start, period_end: ends } = row;
    const period = start && ends ? { start: start.getTime(), end: ends.getTime() } : null;
    const step = { from: row.from_at.toISOString(), anchor: row.anchor.toISOString(), months: row.months };
    const { end } = paidPeriod({ period }, [step], now);
    return {
      orgId: row.org_id,
      fromVersion: row.plan_version,
      interval: row.billing_interval,
      at: new Date(at === 'now' ? now : end).toISOString(),
    };
  });

/** What an operator is shown: one entry for all that have the same version and are paid by the same interval. */
export function summary(moves: readonly Move[], changesFrom: (version: number) => PlanMove['fields']): PlanMove[] {
  const groups = Map.groupBy(moves, ({ fromVersion, interval }) => `${fromVersion} ${interval}`);
  return [...groups.values()]
    .map((group) => {
      const [{ fromVersion, interval }] = group as [Move];
      const times = group.map(({ at }) => at).sort();
      return {
        fromVersion,
        interval,
        subscriptions: group.length,
        firstAt: times[0] as string,
        lastAt: times.at(-1) as string,
        fields: changesFrom(fromVersion),
      };
    })
    .sort((a, b) => a.fromVersion - b.fromVersion || a.interval.localeCompare(b.interval));
}
