import { monthAt, type Period, yearAt } from '@tidegate/contracts/billing/period';
import { intervalNotOffered, type Price } from '@tidegate/contracts/billing/plans';

type Interval = Price['interval'];

/** What the plan can be paid by: a month always, a year where some currency has a price for it. */
export const intervalsOf = ({ prices }: { prices: readonly Price[] }): Interval[] =>
  (['month', 'year'] as const).filter((interval) => prices.some((price) => price.interval === interval));

/** The interval that is asked for, or the one there is. Refuses one that the plan has no price for. */
export function chosenInterval(
  plan: { plan: string; name: string; prices: readonly Price[] },
  asked: Interval | undefined,
  running: Interval,
): Interval {
  const interval = asked ?? running;
  const intervals = intervalsOf(plan);
  if (intervals.includes(interval)) return interval;
  const why = asked ? '' : ` The subscription is paid by the ${running}; say which interval it shall have.`;
  throw intervalNotOffered(
    { plan: plan.plan, interval, intervals },
    `The plan ${plan.name} has a price by the ${intervals.join(' and the ')} only.${why}`,
  );
}

/** The month or year that is paid now. */
export function paidPeriod({ interval, since }: { interval: Interval; since: Date }, now: number): Period {
  const start = since.getTime();
  // Clocks differ: seen from before its first instant an interval would be the one before it.
  return (interval === 'year' ? yearAt : monthAt)(start, Math.max(now, start));
}
