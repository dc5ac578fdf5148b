import { packageNotUsable, unknownPackage } from '@tidegate/contracts/billing/credits';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { findEntitlements } from '../entitlements/entitlements.rows.ts';
import type { Catalogue, PackageDefinition } from '../plans/catalogue-model.rules.ts';

/** The package that an organisation may buy under this name: it is sold, and the plan has what its units are of. */
export async function offeredPackage(
  tx: Tx,
  refuse: Refuse<typeof unknownPackage | typeof packageNotUsable>,
  { packages }: Pick<Catalogue, 'packages'>,
  { orgId, key }: { orgId: string; key: string },
): Promise<PackageDefinition> {
  const offered = packages.filter((one) => one.offered && one.prices.some(({ amountMinor }) => amountMinor > 0));
  const pack = offered.find((one) => one.package === key);
  if (!pack) {
    const keys = offered.map((one) => one.package);
    throw refuse(unknownPackage, { package: key, packages: keys }, `Packages: ${keys.join(', ') || 'none'}.`);
  }
  if ((await findEntitlements(tx, orgId))?.snapshot.features[pack.feature]?.kind !== 'metered') {
    const detail = 'Choose a plan that has it first: prepaid units are used beyond what a plan includes.';
    throw refuse(packageNotUsable, { package: key, feature: pack.feature }, detail);
  }
  return pack;
}
