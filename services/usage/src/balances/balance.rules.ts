import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import { monthAt } from '@tidegate/contracts/billing/period';
import { invalid } from '@tidegate/contracts/kernel/problem';
import type { Meter, MeterUsage } from '@tidegate/contracts/usage/usage';

export interface PeriodText {
  start: string;
  end: string;
}

/** The quota period that runs now. */
export function currentPeriod(account: Pick<Entitlements, 'periodAnchor'>, now: number): PeriodText {
  const { start, end } = monthAt(Date.parse(account.periodAnchor), now);
  return { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
}

/** One line of the usage page. */
export function meterUsage(
  meter: Meter,
  balance: { used: number; reserved: number },
  account: Entitlements,
  period: PeriodText,
): MeterUsage {
  const grant = account.features[meter.meter];
  const included = grant?.kind === 'metered';
  const limit = included ? grant.limit : 0;
  const { used, reserved } = balance;
  return {
    ...meter,
    used,
    reserved,
    limit,
    enforcement: included ? grant.enforcement : null,
    included,
    remaining: limit === null ? null : Math.max(0, limit - used - reserved),
    percent: limit === null ? null : percentOf(used, limit),
    periodStart: period.start,
    periodEnd: period.end,
    resetsAt: period.end,
    upgradeTo: account.upgrade[meter.meter]?.plan ?? null,
  };
}

/** Rounded down in whole numbers, so that 100 means reached. Corrections may take usage below zero. */
function percentOf(used: number, limit: number): number {
  if (used <= 0) return 0;
  return limit === 0 ? 100 : Number((BigInt(used) * 100n) / BigInt(limit));
}

const HOUR_MS = 3_600_000;
const STEP = { hour: HOUR_MS, day: 24 * HOUR_MS } as const;
const MAX_BUCKETS = { hour: 31 * 24, day: 400 } as const;
const DEFAULT_BUCKETS = { hour: 48, day: 30 } as const;

export interface Range {
  from: number;
  to: number;
  step: number;
}

/** Whole hours or days that cover what was asked. */
export function historyRange(
  asked: { from?: string | undefined; to?: string | undefined; granularity: 'hour' | 'day' },
  now: number,
): Range {
  const step = STEP[asked.granularity];
  const to = Math.ceil((asked.to ? Date.parse(asked.to) : now) / step) * step;
  const from = asked.from
    ? Math.floor(Date.parse(asked.from) / step) * step
    : to - DEFAULT_BUCKETS[asked.granularity] * step;
  if (from >= to) throw invalid('/from', 'too_late', '`from` must lie before `to`.');
  const most = MAX_BUCKETS[asked.granularity];
  if ((to - from) / step > most) {
    throw invalid('/from', 'range_too_long', `Ask for at most ${most} ${asked.granularity}s at once.`);
  }
  return { from, to, step };
}

/** Every step of the range, those without usage as zero. */
export function fillGaps(
  { from, to, step }: Range,
  buckets: readonly { start: Date; quantity: string; events: string }[],
): { start: string; quantity: number; events: number }[] {
  const found = new Map(buckets.map((bucket) => [bucket.start.getTime(), bucket]));
  return Array.from({ length: (to - from) / step }, (_, index) => {
    const start = from + index * step;
    const bucket = found.get(start);
    return {
      start: new Date(start).toISOString(),
      quantity: Number(bucket?.quantity ?? 0),
      events: Number(bucket?.events ?? 0),
    };
  });
}
