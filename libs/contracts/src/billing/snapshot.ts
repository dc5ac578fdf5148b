import { type Access, type Entitlements, type PlanInForce, SHARED } from './entitlements.ts';
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

/** What every refusal of a feature says about plans. */
export function refusalOf(snapshot: Of<'features' | 'plans' | 'upgrade' | 'addon'>, feature: string) {
  return {
    product: productOf(snapshot, feature),
    plan: planFor(snapshot, feature)?.plan ?? null,
    upgradeTo: snapshot.upgrade[feature]?.plan ?? null,
    addon: snapshot.addon?.[feature],
  };
}

/** The plan that a refusal names: of the feature's product, or, for a shared feature, the first that the organisation has. */
export function planFor(snapshot: Of<'features' | 'plans'>, feature: string): PlanInForce | undefined {
  const product = productOf(snapshot, feature);
  return product === null ? Object.values(snapshot.plans)[0] : snapshot.plans[product];
}
