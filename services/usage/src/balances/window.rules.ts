import type { QuotaWindow } from '@tidegate/contracts/billing/features';
import { type Period, windowAt } from '@tidegate/contracts/billing/period';
import { stepsOf } from '../entitlements/meter-periods.rules.ts';
import type { Standing } from '../entitlements/standing.ts';

const HOUR_MS = 3_600_000;

/** `ever` as bounds that PostgreSQL and JavaScript both know. */
const EVER: Period = { start: 0, end: Date.UTC(9999, 11, 31) };

/** What a limit applies to now, half-open. */
export interface MeterWindow extends Period {
  meter: string;
  per: QuotaWindow;
}

/**
 * Sums are stored by month, and by hour in pieces that end where a month or a day of the organisation ends. So hours and
 * days are sums of pieces; a month, what is paid at a time, and `ever` are sums of months.
 */
export const isOfHours = (per: QuotaWindow): boolean => per === 'hour' || per === 'day';

export function windowOf(
  { periods, day, now }: Pick<Standing, 'periods' | 'day' | 'now'>,
  meter: string,
  per: QuotaWindow,
): MeterWindow {
  return { meter, per, ...bounds() };

  function bounds(): Period {
    if (per === 'ever') return EVER;
    if (per === 'day') return day;
    if (per !== 'hour') return windowAt(stepsOf(periods, meter), per, now);
    const start = Math.floor(now / HOUR_MS) * HOUR_MS;
    return { start, end: start + HOUR_MS };
  }
}

/** The window of a meter by its limit; of one that the plan lacks the month. */
export function currentWindow(standing: Standing, meter: string): MeterWindow {
  const grant = standing.snapshot.features[meter];
  return windowOf(standing, meter, grant?.kind === 'metered' ? grant.per : 'month');
}

export interface WindowText {
  start: string;
  /** null: never. */
  end: string | null;
}

/** As customers see it: `ever` begins with the organisation's first period, and never ends. */
export function asText({ periods }: Pick<Standing, 'periods'>, { meter, per, start, end }: MeterWindow): WindowText {
  if (per === 'ever') return { start: stepsOf(periods, meter)[0]?.from ?? instant(start), end: null };
  return { start: instant(start), end: instant(end) };
}

export const instant = (ms: number): string => new Date(ms).toISOString();
