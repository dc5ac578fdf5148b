import type { UpgradeAddon } from '../kernel/upgrade-addon.ts';
import { type Access, type Entitlements, type PlanInForce, SHARED, type Upgrade } from './entitlements.ts';
import { LEVELS, type Level } from './features.ts';
import type { PeriodStep } from './period.ts';

type Of<Key extends keyof Entitlements> = Pick<Entitlements, Key>;

export const productOf = ({ features }: Of<'features'>, feature: string): string | null =>
  features[feature]?.product ?? null;

/** The steps from which the periods of a feature are counted: those of its product, or those that all products share. */
export function periodsOf(snapshot: Of<'features' | 'periods'>, feature: string): readonly PeriodStep[] {
  const steps = snapshot.periods[productOf(snapshot, feature) ?? SHARED] ?? snapshot.periods[SHARED];
  if (!steps) throw new Error('A snapshot has the periods of shared features.');
  return steps;
}

/** A shared feature is read-only when every plan of the organisation is. */
export function accessTo(snapshot: Of<'features' | 'plans'>, feature: string): Access {
  const product = productOf(snapshot, feature);
  const plans = product === null ? Object.values(snapshot.plans) : [snapshot.plans[product]];
  const known = plans.filter((plan) => plan !== undefined);
  return known.length > 0 && known.every(({ access }) => access === 'read_only') ? 'read_only' : 'full';
}

/** How much of a feature somebody needs who was refused: a level, or so much in all. By default any more of it. */
export interface Need {
  level?: Level | undefined;
  amount?: number | undefined;
}

/** What every refusal of a feature says about plans: what is offered gives what was needed. */
export function refusalOf(
  snapshot: Of<'features' | 'plans' | 'upgrade' | 'further' | 'addon'>,
  feature: string,
  need: Need = {},
) {
  return {
    product: productOf(snapshot, feature),
    plan: planFor(snapshot, feature)?.plan ?? null,
    upgradeTo: upgradeFor(snapshot, feature, need)?.plan ?? null,
    addon: addonFor(snapshot, feature, need),
  };
}

/** The cheapest plan on offer that gives so much of it. */
export function upgradeFor(
  { upgrade, further }: Of<'upgrade' | 'further'>,
  feature: string,
  { level, amount }: Need = {},
): Upgrade | undefined {
  const first = upgrade[feature];
  return (first ? [first, ...(further?.[feature] ?? [])] : []).find((one) => {
    const { ceiling = one.limit } = one;
    return isLevel(one.level, level) && (amount === undefined || ceiling === null || ceiling >= amount);
  });
}

/** The add-on that gives so much of it, with how many of it are needed. */
export function addonFor(
  { addon }: Of<'addon'>,
  feature: string,
  { level, amount }: Need = {},
): UpgradeAddon | undefined {
  const one = addon?.[feature];
  if (!one || !isLevel(one.level, level)) return undefined;
  const { limit, each, most = null } = one;
  if (amount === undefined || limit === null || limit >= amount) return one;
  if (!each) return undefined;
  const quantity = 1 + Math.ceil((amount - limit) / each);
  if (most !== null && quantity > most) return undefined;
  return { ...one, quantity, limit: limit + (quantity - 1) * each };
}

/** What says no level is of before levels were said, or of another kind. */
const isLevel = (given: string | undefined, needed: Level | undefined): boolean =>
  given === undefined || needed === undefined || LEVELS.indexOf(given as Level) >= LEVELS.indexOf(needed);

/** The plan that a refusal names: of the feature's product, or, for a shared feature, the first that the organisation has. */
export function planFor(snapshot: Of<'features' | 'plans'>, feature: string): PlanInForce | undefined {
  const product = productOf(snapshot, feature);
  return product === null ? Object.values(snapshot.plans)[0] : snapshot.plans[product];
}
