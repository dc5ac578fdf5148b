import { DAY_MS, HOUR_MS } from '@tidegate/contracts/kernel/demo-shape';
import { type Item, onDefault, type Subscription } from '../kernel/subscription.rules.ts';
import type { VersionedCatalogue, VersionedPlan } from '../plans/catalogue-model.rules.ts';

/*
 * A customer of some months: began small, took the next plan in the first week and the one after that a month later. It has
 * whatever catalogue is in force; of the first product the dearest plan, of others the one before it, so that there is
 * something left to upgrade to.
 */
const INTO_THE_PERIOD_DAYS = 22;
const MONTHS = 4;

/** Where its periods are counted from: the running one is nearly over, so what is used of it is near its limits. */
export function beginOf(until: number): number {
  const at = new Date(Math.floor((until - INTO_THE_PERIOD_DAYS * DAY_MS) / DAY_MS) * DAY_MS + 9 * HOUR_MS);
  // The first 28 days of a month are in every month.
  const day = Math.min(at.getUTCDate(), 28);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - (MONTHS - 1), day, at.getUTCHours());
}

/** When each paid month begins, oldest first. */
export function monthsFrom(begin: number, until: number): number[] {
  const at = new Date(begin);
  const months: number[] = [];
  for (let month = 0; ; month += 1) {
    const start = Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + month, at.getUTCDate(), at.getUTCHours());
    if (start > until) return months;
    months.push(start);
  }
}

export interface Stage {
  at: number;
  action: 'opened' | 'changed';
  plan: VersionedPlan;
}

/** What it had of a product, one after the other; empty: there are no plans of it. */
export function stagesOf({ products, plans }: VersionedCatalogue, product: string, begin: number): Stage[] {
  const own = plans.filter((plan) => plan.product === product);
  const isFirst = products[0]?.product === product;
  const last = isFirst || own.length < 3 ? own.length - 1 : own.length - 2;
  const times = [begin, begin + 5 * DAY_MS, monthsFrom(begin, begin + 40 * DAY_MS)[1] ?? begin];
  const wanted = [...new Set([0, last - 1, last])].filter((place) => place >= 0);
  return wanted.flatMap((place, index): Stage[] => {
    const [plan, at] = [own[place], times[index]];
    return plan && at !== undefined ? [{ at, action: index === 0 ? 'opened' : 'changed', plan }] : [];
  });
}

/** Nobody bills for it: neither the operator by hand nor a payment provider. */
export const subscriptionTo = ({ plan, at }: Stage, currency: string): Subscription => ({
  ...onDefault(plan.product, plan, at),
  currency,
});

/** The add-on that shows the audit log, where the plan does not: so that there is something to look at. */
export const shownBy = (
  { addons }: VersionedCatalogue,
  { plan, product, features }: VersionedPlan,
  at: number,
): Item[] =>
  features['audit_log']?.kind === 'boolean' && features['audit_log'].value
    ? []
    : addons
        .filter((one) => one.product === product && one.plans.includes(plan) && 'audit_log' in one.features)
        .slice(0, 1)
        .map(({ addon, version }) => ({ addon, version, quantity: 1, since: at, until: null }));

export interface Line {
  product: string;
  item: string;
  description: string;
  amountMinor: number;
}

/** What a month cost: the plans that it had in it longest. */
export function linesOf(stages: readonly (readonly Stage[])[], currency: string, start: number): Line[] {
  return stages.flatMap((own) => {
    const stage = own.findLast(({ at }) => at <= start + 5 * DAY_MS);
    const price = stage?.plan.prices.find((one) => one.currency === currency && one.interval === 'month');
    if (!stage || !price || price.amountMinor === 0) return [];
    const { plan, product, name } = stage.plan;
    return [{ product, item: `plan:${plan}`, description: name, amountMinor: price.amountMinor }];
  });
}
