import { createHash } from 'node:crypto';
import type { Tx } from '@tidegate/database/tx';
import type {
  AddonDefinition,
  Catalogue,
  FeatureDefinition,
  PlanDefinition,
  VersionedAddon,
  VersionedCatalogue,
  VersionedPlan,
} from './catalogue-model.rules.ts';

/** The catalogue in force. */
export interface CurrentCatalogue extends VersionedCatalogue {
  version: number;
  hash: string;
}

export async function findCatalogue(tx: Tx): Promise<CurrentCatalogue | undefined> {
  const row = await tx.one<{ version: number; hash: string; document: VersionedCatalogue }>(
    'select version, hash, document from catalogues order by version desc limit 1',
  );
  return row && { version: row.version, hash: row.hash, ...row.document };
}

/** The text of a catalogue as it was applied: of the given version, or of the newest. */
export const findSource = (
  tx: Tx,
  version: number | undefined,
): Promise<{ version: number; source: string; applied_at: Date } | undefined> =>
  tx.one(
    `select version, source, applied_at from catalogues where $1::int is null or version = $1
      order by version desc limit 1`,
    [version ?? null],
  );

export async function requireCatalogue(tx: Tx): Promise<CurrentCatalogue> {
  const catalogue = await findCatalogue(tx);
  if (!catalogue) throw new Error('There is no plan catalogue: the start hook of billing applies one.');
  return catalogue;
}

/** Every feature that some catalogue has declared, as the newest of them did: old plan versions may still give it. */
export async function knownFeatures(tx: Tx): Promise<FeatureDefinition[]> {
  const rows = await tx.query<{ feature: FeatureDefinition }>(
    `select distinct on (feature ->> 'key') feature
       from catalogues, jsonb_array_elements(document -> 'features') as feature
      order by feature ->> 'key', version desc`,
  );
  return rows.map((row) => row.feature);
}

/** Only one catalogue is applied at a time, across all replicas. */
export const lockCatalogue = (tx: Tx): Promise<unknown> =>
  tx.query("select pg_advisory_xact_lock(hashtextextended('billing catalogue', 0))");

/** By `product.key`: the highest version that each plan and add-on ever had. */
export async function latestVersions(
  tx: Tx,
): Promise<{ plans: ReadonlyMap<string, number>; addons: ReadonlyMap<string, number> }> {
  const rows = await tx.query<{ kind: 'plan' | 'addon'; ref: string; version: number }>(
    `select 'plan' as kind, product || '.' || plan as ref, max(version) as version from plan_versions group by ref
     union all
     select 'addon', product || '.' || addon, max(version) from addon_versions group by product, addon`,
  );
  const of = (kind: string) => new Map(rows.filter((row) => row.kind === kind).map((row) => [row.ref, row.version]));
  return { plans: of('plan'), addons: of('addon') };
}

export interface PlanNames {
  productName: string;
  planName: string;
}

/** The name of the product `p` in one catalogue; its version and `)` follow. */
const NAMED_IN = `(select one ->> 'name' from catalogues c, jsonb_array_elements(c.document -> 'products') as one
                    where one ->> 'product' = p.product and c.version = `;

/** What people know plans as, also those that are not on offer any more: by the newest version that there was of each. */
export async function planNames(tx: Tx): Promise<(product: string, plan: string) => PlanNames> {
  const plans = await tx.query<{ product: string; plan: string; name: string }>(
    `select product, plan, definition ->> 'name' as name from plan_versions v
      where version = (select max(version) from plan_versions n where (n.product, n.plan) = (v.product, v.plan))`,
  );
  // Of a product that has left, as it was called when its last plan came; other documents are not read.
  const products = await tx.query<{ product: string; name: string | null }>(
    `select p.product, coalesce(${NAMED_IN}(select max(version) from catalogues)), ${NAMED_IN}p.last)) as name
       from (select product, max(catalogue_version) as last from plan_versions group by product) as p`,
  );
  const planName = new Map(plans.map((one) => [`${one.product}.${one.plan}`, one.name]));
  const productName = new Map(products.map((one) => [one.product, one.name]));
  return (product, plan) => ({
    productName: productName.get(product) ?? product,
    planName: planName.get(`${product}.${plan}`) ?? plan,
  });
}

export async function insertCatalogue(
  tx: Tx,
  given: {
    version: number;
    hash: string;
    catalogue: VersionedCatalogue;
    newPlans: readonly VersionedPlan[];
    newAddons: readonly VersionedAddon[];
    source: string;
  },
): Promise<void> {
  await tx.query('insert into catalogues (version, hash, document, source) values ($1, $2, $3::jsonb, $4)', [
    given.version,
    given.hash,
    JSON.stringify(given.catalogue),
    given.source,
  ]);
  for (const { version, ...definition } of given.newPlans) {
    await tx.query(
      `insert into plan_versions (product, plan, version, definition, catalogue_version)
       values ($1, $2, $3, $4::jsonb, $5)`,
      [definition.product, definition.plan, version, JSON.stringify(definition), given.version],
    );
  }
  for (const { version, ...definition } of given.newAddons) {
    await tx.query(
      `insert into addon_versions (product, addon, version, definition, catalogue_version)
       values ($1, $2, $3, $4::jsonb, $5)`,
      [definition.product, definition.addon, version, JSON.stringify(definition), given.version],
    );
  }
}

export async function findPlanVersion(
  tx: Tx,
  product: string,
  plan: string,
  version: number,
): Promise<VersionedPlan | undefined> {
  const row = await tx.one<{ definition: PlanDefinition }>(
    'select definition from plan_versions where product = $1 and plan = $2 and version = $3',
    [product, plan, version],
  );
  return row && { ...row.definition, version };
}

export async function findAddonVersion(
  tx: Tx,
  product: string,
  addon: string,
  version: number,
): Promise<VersionedAddon | undefined> {
  const row = await tx.one<{ definition: AddonDefinition }>(
    'select definition from addon_versions where product = $1 and addon = $2 and version = $3',
    [product, addon, version],
  );
  return row && { ...row.definition, version };
}

/** A hash of the content, not of the text: comments and layout make no new version. */
export function catalogueHash(content: Catalogue): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
