import type { PeriodStep } from '@tidegate/contracts/billing/period';
import { addonFor, upgradeFor } from '@tidegate/contracts/billing/snapshot';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { type Credited, leftOf } from '@tidegate/contracts/usage/credits';
import { limitInSteps, unitsOf } from '@tidegate/contracts/usage/quantity';
import type { RolledOver } from '@tidegate/contracts/usage/rollover';
import type { Granularity, Meter, MeterUsage } from '@tidegate/contracts/usage/usage';
import { monthOf } from '../entitlements/meter-periods.rules.ts';
import type { Standing } from '../entitlements/standing.ts';
import { asText, type MeterWindow } from './window.rules.ts';

/** In the smallest steps of the meter. */
export interface Balance extends Required<Credited> {
  /** When the first of the prepaid units that are left expire; null: never. */
  creditsUntil: string | null;
  /** Of `credits`, what was left of earlier windows, and when the first of it expires. */
  carried: number;
  carriedUntil: string | null;
  /** Digits of the meter behind the point. */
  decimals: number;
  /** Whether units may be lent: only whole ones that are added up. */
  lendable: boolean;
}

/** Of a meter that nobody has used. */
export const NOTHING_USED: Balance = {
  ...{ used: 0, reserved: 0, drawn: 0, credits: 0, elsewhere: 0, creditsUntil: null, carried: 0, carriedUntil: null },
  ...{ decimals: 0, lendable: true },
};

/** One line of the usage page. */
export function meterUsage(meter: Meter, balance: Balance, standing: Standing, window: MeterWindow): MeterUsage {
  const { snapshot } = standing;
  const grant = snapshot.features[meter.meter];
  const included = grant?.kind === 'metered';
  const limit = included ? grant.limit : 0;
  const { used, reserved, drawn, credits, decimals } = balance;
  const { start, end } = asText(standing, window);
  return {
    ...meter,
    used: unitsOf(used, decimals),
    reserved: unitsOf(reserved, decimals),
    limit,
    enforcement: included ? grant.enforcement : null,
    per: included ? grant.per : null,
    included,
    remaining: remainingOf(limit, balance),
    credits: unitsOf(credits, decimals),
    drawn: unitsOf(drawn, decimals),
    rollover: rolloverOf(grant, balance),
    percent: limit === null ? null : percentOf(used, limitInSteps(limit, decimals) + drawn + credits),
    periodStart: start,
    periodEnd: end,
    resetsAt: end,
    upgradeTo: upgradeFor(snapshot, meter.meter)?.plan ?? null,
    addon: addonFor(snapshot, meter.meter) ?? null,
  };
}

/** What was left of earlier windows, where the plan carries it. */
export const rolloverOf = (
  grant: Standing['snapshot']['features'][string] | undefined,
  { carried, carriedUntil, decimals }: Balance,
): RolledOver | null =>
  grant?.kind === 'metered' && grant.rollover
    ? { ...grant.rollover, left: unitsOf(carried, decimals), expiresAt: carried > 0 ? carriedUntil : null }
    : null;

export const remainingOf = (limit: number | null, balance: Balance): number | null =>
  limit === null
    ? null
    : unitsOf(Math.max(0, leftOf(limitInSteps(limit, balance.decimals), balance)), balance.decimals);

/** Rounded down in whole numbers, so that 100 means reached. Corrections may take usage below zero. */
function percentOf(used: number, limit: number): number {
  if (used <= 0) return 0;
  return limit === 0 ? 100 : Number((BigInt(used) * 100n) / BigInt(limit));
}

const HOUR_MS = 3_600_000;
const STEP = { hour: HOUR_MS, day: 24 * HOUR_MS, month: 28 * 24 * HOUR_MS } as const;
const MAX_STEPS = { hour: 31 * 24, day: 400, month: 120 } as const;
const TOO_LONG = {
  hour: 'Ask for at most {most} hours at once.',
  day: 'Ask for at most {most} days at once.',
  month: 'Ask for at most {most} months at once.',
} as const;
const DEFAULT_STEPS = { hour: 48, day: 30, month: 12 } as const;

interface Asked {
  from?: string | undefined;
  to?: string | undefined;
  granularity: Granularity;
}

export interface Range {
  from: string | undefined;
  to: string;
  /** How many steps when `from` is not given. */
  steps: number;
  cutFrom: boolean;
  cutTo: boolean;
}

/**
 * Whole steps that cover the requested range. Where the range begins or ends with a month of the meter, its edge is exact, so
 * that the steps of a month add up to its balance.
 */
export function historyRange(asked: Asked, periods: readonly PeriodStep[], now: number): Range {
  const from = asked.from === undefined ? undefined : Date.parse(asked.from);
  const to = asked.to === undefined ? now : Date.parse(asked.to);
  const most = MAX_STEPS[asked.granularity];
  if (from !== undefined && from >= to) throw invalid('/from', 'too_late', '`from` must lie before `to`.');
  if (from !== undefined && (to - from) / STEP[asked.granularity] > most) {
    throw invalid('/from', 'range_too_long', TOO_LONG[asked.granularity], { most });
  }
  const begins = (at: number | undefined) => at !== undefined && monthOf(periods, at).start === at;
  return {
    from: from === undefined ? undefined : new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    steps: DEFAULT_STEPS[asked.granularity],
    cutFrom: begins(from),
    cutTo: begins(to),
  };
}

/** Where the months begin that cover the range, ascending. */
export function monthsOf(periods: readonly PeriodStep[], { from, to, steps }: Range): string[] {
  const first = from === undefined ? undefined : Date.parse(from);
  const starts: number[] = [];
  for (let at = Date.parse(to) - 1; starts.length < MAX_STEPS.month; ) {
    const { start } = monthOf(periods, at);
    starts.unshift(start);
    if (first === undefined ? starts.length === steps : start <= first) break;
    at = start - 1;
  }
  return starts.map((start) => new Date(start).toISOString());
}
