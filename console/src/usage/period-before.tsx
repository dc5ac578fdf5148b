import type { Granularity } from '@tidegate/client';
import { useRead } from '../kernel/api.ts';
import { exact } from '../kernel/format.ts';
import { t } from '../kernel/strings.ts';

/** Of which windows the one before is known as a whole; without a limit a meter is shown by the month. */
const STEPS: Partial<Record<string, Granularity>> = { hour: 'hour', day: 'day', month: 'month' };

/** What is used in the window that runs, beside what was in all of the one before. */
export function PeriodBefore({ meter }: { meter: string }) {
  const now = useRead('usageCurrent', { meter }).data?.items.find((one) => one.meter === meter);
  const granularity = now && STEPS[now.per ?? 'month'];
  const [from, to] = now && granularity ? [Date.parse(now.periodStart) - 1, now.periodStart] : [];
  const before = useRead(
    'usageHistory',
    { meter, granularity: granularity ?? 'month', ...(from && to && { from: new Date(from).toISOString(), to }) },
    { enabled: granularity !== undefined },
  ).data;
  const step = before?.items.at(-1);
  if (!now || !step || before?.granularity !== granularity) return null;
  if (Date.parse(step.start) >= Date.parse(now.periodStart)) return null;
  const figures = { used: exact(now.used), before: exact(step.quantity) };
  switch (granularity) {
    case 'hour':
      return <p>{t('{used} in this hour, {before} in the hour before.', figures)}</p>;
    case 'day':
      return <p>{t('{used} today, {before} on the day before.', figures)}</p>;
    default:
      return <p>{t('{used} in this month, {before} in the month before.', figures)}</p>;
  }
}
