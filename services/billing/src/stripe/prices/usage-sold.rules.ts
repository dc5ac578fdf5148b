import { createHash } from 'node:crypto';
import type { UsagePrice } from '@tidegate/contracts/billing/prices';
import type { VersionedPlan } from '../../plans/catalogue-model.rules.ts';
import type { SoldUsage } from './lookup-key.rules.ts';

type Plan = Pick<VersionedPlan, 'product' | 'plan' | 'version' | 'features'>;
type Interval = 'month' | 'year';

/** Of a plan and a currency: everything that is charged beyond a limit, with the price of its units. */
export function usageSoldBy(
  { product, plan, version, features }: Plan,
  { currency, interval }: { currency: string; interval: Interval },
): { sold: SoldUsage; price: UsagePrice }[] {
  return Object.entries(features).flatMap(([feature, grant]) => {
    const price = grant.kind === 'metered' && grant.enforcement === 'overage' ? grant.price?.[currency] : undefined;
    if (!price || grant.kind !== 'metered') return [];
    // What is counted by the month is charged by the month, also of a plan that is paid by the year.
    const charged: Interval = grant.per === 'period' ? interval : 'month';
    return [{ sold: { kind: 'usage', product, plan, version, currency, feature, interval: charged }, price }];
  });
}

/** Stripe's names of events have so many characters at most. */
const LONGEST = 100;

/**
 * The meter of a feature at Stripe, by the name of its events. Each product has its own, because what a product's plan
 * includes is counted for itself.
 */
export function meterOf({ product, feature }: Pick<SoldUsage, 'product' | 'feature'>): string {
  const name = `tidegate.${product}.${feature}`;
  if (name.length <= LONGEST) return name;
  return `${name.slice(0, LONGEST - 17)}.${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}
