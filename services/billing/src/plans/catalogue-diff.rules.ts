import type { PlanChange } from '@tidegate/contracts/billing/plans';
import type { PlanDefinition } from './catalogue-file.rules.ts';

export interface VersionedPlan extends PlanDefinition {
  version: number;
}

export interface DiffInput {
  /** The plans on offer now. */
  offered: readonly VersionedPlan[];
  next: readonly PlanDefinition[];
  /** The highest version that each plan ever had, whether it is still on offer or not. */
  latest: ReadonlyMap<string, number>;
  /** Running subscriptions by plan. */
  subscriptions: ReadonlyMap<string, number>;
}

/** What would change, plan by plan: the plans of the new catalogue in its order, then those that leave it. */
export function diffPlans({ offered, next, latest, subscriptions }: DiffInput): PlanChange[] {
  const before = new Map(offered.map((plan) => [plan.plan, plan]));
  const after = new Map(next.map((plan) => [plan.plan, plan]));
  const removed = offered.filter((plan) => !after.has(plan.plan));
  return [...next.map((plan) => plan.plan), ...removed.map((plan) => plan.plan)].map((key) => {
    const old = before.get(key);
    const plan = after.get(key);
    const fields = planChanges(old, plan);
    const change = !old ? 'added' : !plan ? 'removed' : fields.length > 0 ? 'changed' : 'unchanged';
    return {
      plan: key,
      change,
      fromVersion: old?.version ?? null,
      toVersion: !plan ? null : change === 'unchanged' ? (old?.version ?? null) : (latest.get(key) ?? 0) + 1,
      subscriptions: subscriptions.get(key) ?? 0,
      fields: change === 'changed' ? fields : [],
    };
  });
}

/** What differs between two plans, field by field. */
export const planChanges = (before?: PlanDefinition, after?: PlanDefinition): PlanChange['fields'] =>
  fieldChanges(before && flat(before), after && flat(after));

/** A plan as a map from field to text, so that two can be compared and shown line by line. */
function flat(plan: PlanDefinition): Map<string, string> {
  const lines = new Map([
    ['name', plan.name],
    ['description', plan.description],
    ['default', String(plan.isDefault)],
  ]);
  for (const price of plan.prices) lines.set(`prices/${price.currency}/${price.interval}`, String(price.amountMinor));
  for (const [key, grant] of Object.entries(plan.features)) {
    for (const [field, value] of Object.entries(grant)) {
      lines.set(`features/${key}/${field}`, value === null ? 'unlimited' : String(value));
    }
  }
  return lines;
}

function fieldChanges(before = new Map<string, string>(), after = new Map<string, string>()): PlanChange['fields'] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((field) => before.get(field) !== after.get(field))
    .map((field) => ({ field, before: before.get(field) ?? null, after: after.get(field) ?? null }));
}
