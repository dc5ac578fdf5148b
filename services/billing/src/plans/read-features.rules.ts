import { BUILT_IN_FEATURES, OPTIONAL_FEATURES } from '@tidegate/contracts/billing/built-in-features';
import type { MeterDefinition } from '@tidegate/contracts/billing/catalogue';
import type { Faults } from './catalogue-faults.rules.ts';
import type { FeatureDefinition } from './catalogue-model.rules.ts';
import type { CatalogueFile } from './catalogue-syntax.rules.ts';
import { decimalPrice } from './catalogue-values.rules.ts';

type Declared = CatalogueFile['features'];

/**
 * The features that a file declares. Built-in ones must be there with their kind; all keep the kind, the window and the
 * meter that they had (`known`), because running subscriptions and their counters depend on them.
 */
export function readFeatures(
  faults: Faults,
  { features, products }: CatalogueFile,
  known: readonly FeatureDefinition[],
): FeatureDefinition[] {
  checkBuiltIns(faults, features);
  const before = new Map(known.map((feature) => [feature.key, feature]));
  return Object.entries(features).map(([key, { product, per, meter, cost, coming, ...declared }]) => {
    const path = ['features', key];
    const metered = declared.kind === 'metered';
    if (product !== undefined && !Object.hasOwn(products, product)) {
      const names = Object.keys(products).join(', ');
      faults.add(
        [...path, 'product'],
        'unknown_product',
        `Write one of ${names}, or remove it: then all share the feature.`,
      );
    }
    if (!metered && per)
      faults.add([...path, 'per'], 'unknown_field', 'Remove it: only metered features have a window.');
    if (!metered && meter)
      faults.add([...path, 'meter'], 'unknown_field', 'Remove it: only metered features are metered.');
    if (!metered && cost)
      faults.add([...path, 'cost'], 'unknown_field', 'Remove it: only what is metered costs something by the unit.');
    if (meter) checkMeter(faults, key, meter);
    if (meter?.aggregate === 'time_weighted' && per === 'hour') {
      faults.add(
        [...path, 'per'],
        'meter',
        'Write per: day or longer: what is weighted by time is not limited by the hour.',
      );
    }
    const feature: FeatureDefinition = {
      key,
      product: product ?? null,
      ...declared,
      per: metered ? (per ?? 'month') : null,
      meter: metered ? { ...(meter ?? PLAIN), value: meter?.value ?? null } : null,
      ...(coming && { coming: true as const }),
      ...(metered && cost && { cost: readCost(faults, [...path, 'cost'], cost) }),
    };
    checkKept(faults, feature, before.get(key));
    return feature;
  });
}

const PLAIN: Omit<MeterDefinition, 'value'> = { aggregate: 'sum', decimals: 0, groupBy: [] };

/** By currency, as exact as a price. */
function readCost(faults: Faults, path: string[], written: Record<string, unknown>): Record<string, string> {
  const costs = Object.entries(written).map(([currency, one]) => {
    return [currency, faults.read(decimalPrice(currency), one, [...path, currency]) ?? '0'] as const;
  });
  return Object.fromEntries(costs);
}

function checkBuiltIns(faults: Faults, declared: Declared): void {
  let complete = true;
  for (const [key, kind] of Object.entries(BUILT_IN_FEATURES)) {
    const given = Object.hasOwn(declared, key) ? declared[key] : undefined;
    if (given?.kind === kind) continue;
    complete = false;
    if (given === undefined) {
      const message = `Write ${key}: { kind: ${kind}, name: … }. The software depends on it.`;
      faults.add(['features'], 'built_in', message);
    } else {
      const message = `Write kind: ${kind}. The software depends on ${key} being that.`;
      faults.add(['features', key, 'kind'], 'built_in', message);
    }
  }
  for (const [key, kind] of Object.entries(OPTIONAL_FEATURES)) {
    const given = Object.hasOwn(declared, key) ? declared[key] : undefined;
    if (!given || given.kind === kind) continue;
    const message = `Write kind: ${kind}, by which the software limits ${key}, or give it another name.`;
    faults.add(['features', key, 'kind'], 'built_in', message);
  }
  if (complete) return;
  const all = Object.entries(BUILT_IN_FEATURES).map(([key, kind]) => `${key} (${kind})`);
  faults.add(['features'], 'built_in', `Every catalogue must have ${all.join(', ')}.`);
}

function checkMeter(faults: Faults, key: string, meter: NonNullable<Declared[string]['meter']>): void {
  const path = ['features', key, 'meter'];
  if (Object.hasOwn(BUILT_IN_FEATURES, key)) {
    faults.add(path, 'built_in', `Remove it: the software itself counts ${key}, in whole units.`);
  }
  if (meter.aggregate === 'unique' && meter.value === undefined) {
    faults.add(path, 'meter', 'Write value: and the field whose different values are counted, such as data.user.');
  }
  if (meter.aggregate === 'count' && meter.value !== undefined) {
    faults.add([...path, 'value'], 'meter', 'Remove it: count counts events, whatever is in them.');
  }
  if ((meter.aggregate === 'count' || meter.aggregate === 'unique') && meter.decimals > 0) {
    faults.add([...path, 'decimals'], 'meter', `Remove it: ${meter.aggregate} counts whole things.`);
  }
}

/** What has been sold and counted stays what it was. */
function checkKept(faults: Faults, now: FeatureDefinition, before: FeatureDefinition | undefined): void {
  if (!before) return;
  const path = ['features', now.key];
  const rename = 'or give the new feature another name.';
  if (now.kind !== before.kind) {
    if (Object.hasOwn(BUILT_IN_FEATURES, now.key)) return;
    const message = `Write kind: ${before.kind}, which ${now.key} has in running subscriptions, ${rename}`;
    faults.add([...path, 'kind'], 'kind_changed', message);
    return;
  }
  if (now.per !== before.per) {
    const message = `Write per: ${before.per}, by which ${now.key} has been counted, ${rename}`;
    faults.add([...path, 'per'], 'per_changed', message);
  }
  for (const field of ['aggregate', 'decimals', 'value'] as const) {
    const was = before.meter?.[field];
    if (now.meter?.[field] === was) continue;
    const cure = was === null ? `Remove ${field}` : `Write ${field}: ${was}`;
    faults.add([...path, 'meter', field], 'meter_changed', `${cure}, as ${now.key} has been counted, ${rename}`);
  }
  const [were, are] = [before.meter?.groupBy ?? [], now.meter?.groupBy ?? []];
  // What was counted by one dimension is shown by it; more may follow where sums do not depend on them.
  const more = before.meter?.aggregate === 'sum' || before.meter?.aggregate === 'count';
  if (were.every((name, at) => are[at] === name) && (more || are.length === were.length)) return;
  const kept = were.length === 0 ? 'Remove groupBy' : `Begin groupBy with ${were.join(', ')}`;
  faults.add([...path, 'meter', 'groupBy'], 'meter_changed', `${kept}, as ${now.key} has been counted, ${rename}`);
}
