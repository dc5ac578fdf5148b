import { intervalNotOffered } from '@tidegate/contracts/billing/plans';
import type { Price } from '@tidegate/contracts/billing/prices';
import type { Refuse } from '@tidegate/contracts/kernel/problem';

type Interval = Price['interval'];

/** The intervals by which a plan is sold: always the month, and the year where some currency has a yearly price. */
export const intervalsOf = ({ prices }: { prices: readonly Price[] }): Interval[] =>
  (['month', 'year'] as const).filter((interval) => prices.some((price) => price.interval === interval));

/** The requested interval, or the current one. Throws when the plan has no price for it. */
export function chosenInterval(
  refuse: Refuse<typeof intervalNotOffered>,
  plan: { plan: string; name: string; prices: readonly Price[] },
  asked: Interval | undefined,
  running: Interval,
): Interval {
  const interval = asked ?? running;
  const intervals = intervalsOf(plan);
  if (intervals.includes(interval)) return interval;
  const why = asked ? '' : (` The subscription is paid by the ${running}; name the interval it should have.` as const);
  throw refuse(
    intervalNotOffered,
    { plan: plan.plan, interval, intervals },
    `The plan ${plan.name} is sold by the ${intervals.join(' and the ')} only.${why}`,
  );
}
