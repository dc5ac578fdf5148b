import { type Entitlements, SHARED } from '@tidegate/contracts/billing/entitlements';
import { monthAt } from '@tidegate/contracts/billing/period';
import { invalid } from '@tidegate/contracts/kernel/problem';
import type { Meter, MeterUsage } from '@tidegate/contracts/usage/usage';

export interface PeriodText {
  start: string;
  end: string;
}

/** The instant from which the months of an organisation are counted, in epoch milliseconds. */
export const anchorOf = ({ periods }: Pick<Entitlements, 'periods'>): number =>
  Date.parse(periods[SHARED]?.at(-1)?.anchor ?? '');

/** The current quota period. */
export function currentPeriod(entitlements: Pick<Entitlements, 'periods'>, now: number): PeriodText {
  const { start, end } = monthAt(anchorOf(entitlements), now);
  return { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
}

/** One line of the usage page. */
export function meterUsage(
  meter: Meter,
  balance: { used: number; reserved: number },
  entitlements: Entitlements,
  period: PeriodText,
): MeterUsage {
  const grant = entitlements.features[meter.meter];
  const included = grant?.kind === 'metered';
  const limit = included ? grant.limit : 0;
  const { used, reserved } = balance;
  return {
    ...meter,
    used,
    reserved,
    limit,
    enforcement: included ? grant.enforcement : null,
    per: included ? grant.per : null,
    included,
    remaining: limit === null ? null : Math.max(0, limit - used - reserved),
    percent: limit === null ? null : percentOf(used, limit),
    periodStart: period.start,
    periodEnd: period.end,
    resetsAt: period.end,
    upgradeTo: entitlements.upgrade[meter.meter]?.plan ?? null,
  };
}

/** Rounded down in whole numbers, so that 100 means reached. Corrections may take usage below zero. */
function percentOf(used: number, limit: number): number {
  if (used <= 0) return 0;
  return limit === 0 ? 100 : Number((BigInt(used) * 100n) / BigInt(limit));
}

const HOUR_MS = 3_600_000;
const STEP = { hour: HOUR_MS, day: 24 * HOUR_MS } as const;
const MAX_STEPS = { hour: 31 * 24, day: 400 } as const;
const DEFAULT_STEPS = { hour: 48, day: 30 } as const;

export interface Range {
  from: string | undefined;
  to: string;
  /** How many steps when `from` is not given. */
  steps: number;
  cutFrom: boolean;
  cutTo: boolean;
}

/**
 * Whole steps that cover the requested range. Where the range begins or ends with a period, its edge is exact, so that the
 * steps of a period add up to its balance.
 */
export function historyRange(
  asked: { from?: string | undefined; to?: string | undefined; granularity: 'hour' | 'day' },
  anchor: number,
  now: number,
): Range {
  const from = asked.from === undefined ? undefined : Date.parse(asked.from);
  const to = asked.to === undefined ? now : Date.parse(asked.to);
  const most = MAX_STEPS[asked.granularity];
  if (from !== undefined && from >= to) throw invalid('/from', 'too_late', '`from` must lie before `to`.');
  if (from !== undefined && (to - from) / STEP[asked.granularity] > most) {
    throw invalid('/from', 'range_too_long', `Ask for at most ${most} ${asked.granularity}s at once.`);
  }
  const begins = (at: number | undefined) => at !== undefined && monthAt(anchor, at).start === at;
  return {
    from: from === undefined ? undefined : new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    steps: DEFAULT_STEPS[asked.granularity],
    cutFrom: begins(from),
    cutTo: begins(to),
  };
}
