import { SHARED } from '@tidegate/contracts/billing/entitlements';
import type { QuotaWindow } from '@tidegate/contracts/billing/features';
import { type Period, type PeriodStep, windowAt } from '@tidegate/contracts/billing/period';
import type { UsagePrice } from '@tidegate/contracts/billing/prices';
import { changeLines, type ProratedLine, type RecurringItem } from '../prices/proration.rules.ts';

/** Usage that is charged beyond a limit. */
export interface UsageTerms {
  feature: string;
  name: string;
  per: QuotaWindow;
  price: UsagePrice;
  /** Whose periods it is counted in: a product, or `shared`. */
  periods: string;
}

/** Not charged yet, since an instant. */
export interface OpenUsage extends UsageTerms {
  from: number;
}

/** A window, or a part of one, that is over. */
export interface UsageSegment extends UsageTerms {
  windowStart: number;
  from: number;
  until: number;
}

/** What a subscription costs as it is now. */
export interface Terms {
  currency: string;
  items: RecurringItem[];
  usage: UsageTerms[];
}

export interface PaidPeriod {
  items: RecurringItem[];
  period: Period;
  usage: OpenUsage[];
}

export type Steps = Readonly<Record<string, readonly PeriodStep[]>>;

export interface Billed {
  state: PaidPeriod;
  lines: ProratedLine[];
  segments: UsageSegment[];
}

const HOUR_MS = 3_600_000;
const NOTHING: Omit<Terms, 'currency'> = { items: [], usage: [] };

/** What is left of a period from an instant on costs: all of it from its start. */
export const priceOfPeriod = (items: readonly RecurringItem[], period: Period, at: number): ProratedLine[] =>
  changeLines({ before: [], after: items, from: period, to: period, at });

/**
 * The period that is paid for after another has ended. It has begun before where a move at once began one in the middle of what
 * was paid for: then the rest of it is charged.
 */
export const periodAfter = (steps: readonly PeriodStep[], end: number): Period => windowAt(steps, 'period', end);

/**
 * A subscription that changes at an instant: what is paid for and changes is credited for the rest of its period, what
 * begins is charged for the rest of its own. Nothing paid for yet is charged from here on.
 *
 * @param terms what it costs from now on; undefined: nothing
 */
export function billChange(
  paid: PaidPeriod | undefined,
  terms: Terms | undefined,
  { to, at, steps }: { to: Period; at: number; steps: Steps },
): Billed {
  const { items, usage } = terms ?? NOTHING;
  const lines = changeLines({ before: paid?.items ?? [], after: items, from: paid?.period ?? to, to, at });
  const goesOn = (open: UsageTerms, one: UsageTerms) =>
    open.feature === one.feature && open.per === one.per && JSON.stringify(open.price) === JSON.stringify(one.price);
  const stays = (open: UsageTerms) => usage.some((one) => goesOn(open, one));
  const { open: before, segments } = endUsage(paid?.usage ?? [], { steps, at, stays });
  const open = usage.map(
    (one) =>
      before.find((other) => goesOn(other, one)) ?? {
        ...one,
        from: Math.max(hourOf(at), usageWindow(steps, one, at).start),
      },
  );
  return { state: { items: [...items], period: to, usage: open }, lines, segments };
}

const hourOf = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS;

/** Usage that is not charged in this way any more, up to the hour; what stays goes on, but for the windows that are over. */
export function endUsage(
  usage: readonly OpenUsage[],
  { steps, at, stays = () => false }: { steps: Steps; at: number; stays?: (open: OpenUsage) => boolean },
): { open: OpenUsage[]; segments: UsageSegment[] } {
  const whole = closeWindows(usage, steps, at);
  const ended = whole.open
    .filter((open) => !stays(open) && open.from < hourOf(at))
    .map((open) => ({ ...open, windowStart: usageWindow(steps, open, open.from).start, until: hourOf(at) }));
  return { open: whole.open.filter(stays), segments: [...whole.segments, ...ended] };
}

/** The windows that are over at an instant; each is charged for itself. */
export function closeWindows(
  usage: readonly OpenUsage[],
  steps: Steps,
  at: number,
): { open: OpenUsage[]; segments: UsageSegment[] } {
  const segments: UsageSegment[] = [];
  const open = usage.map((one) => {
    let from = one.from;
    for (let window = usageWindow(steps, one, from); window.end <= at; window = usageWindow(steps, one, from)) {
      segments.push({ ...one, windowStart: window.start, from, until: window.end });
      from = window.end;
    }
    return { ...one, from };
  });
  return { open, segments };
}

/** When the next period begins, or the next window of usage. */
export const nextAt = ({ period, usage }: PaidPeriod, steps: Steps): number =>
  Math.min(period.end, ...usage.map((one) => usageWindow(steps, one, one.from).end));

/** What a limit counts is charged by the month, also when it counts by the hour or the day, or for ever. */
function usageWindow(steps: Steps, { per, periods }: UsageTerms, at: number): Period {
  const own = steps[periods] ?? steps[SHARED] ?? [];
  const window = windowAt(own, per === 'period' ? 'period' : 'month', at);
  return per === 'ever' ? { ...window, start: 0 } : window;
}
