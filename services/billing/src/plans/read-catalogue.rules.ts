import { type CatalogueFault, Faults } from './catalogue-faults.rules.ts';
import type { Catalogue, FeatureDefinition } from './catalogue-model.rules.ts';
import { CatalogueFile, FORMAT_1 } from './catalogue-syntax.rules.ts';
import { readAddons, readCoupons, readPackages } from './read-addons.rules.ts';
import { readFeatures } from './read-features.rules.ts';
import { checkPlanDetails, readPlans, readProducts } from './read-plans.rules.ts';

/** The catalogue that a file describes, or all its mistakes. `known`: features that must stay what they are. */
export function readCatalogue(
  written: unknown,
  known: readonly FeatureDefinition[] = [],
): { catalogue: Catalogue } | { faults: CatalogueFault[] } {
  const faults = new Faults();
  if (isFormat1(written)) {
    faults.add(['format'], 'format', FORMAT_1);
    return { faults: faults.all };
  }
  const file = faults.read(CatalogueFile, written, []);
  if (!file) return { faults: faults.all };
  const features = readFeatures(faults, file, known);
  const plans = readPlans(faults, file, features);
  const addons = readAddons(faults, file, features, plans);
  checkPlanDetails(faults, plans, addons);
  const catalogue: Catalogue = {
    currency: file.currency,
    products: readProducts(faults, file, plans),
    features,
    plans,
    addons,
    packages: readPackages(faults, file, features),
    coupons: readCoupons(faults, file, features, plans),
    ...(file.policies && { policies: file.policies }),
  };
  return faults.all.length > 0 ? { faults: faults.all } : { catalogue };
}

const isFormat1 = (written: unknown): boolean =>
  typeof written === 'object' && written !== null && 'format' in written && written.format === '1';
