import { createHash } from 'node:crypto';
import type { Tx } from '@tidegate/database/tx';
import type { VersionedPlan } from './catalogue-diff.rules.ts';
import type { Catalogue, FeatureDefinition, PlanDefinition } from './catalogue-file.rules.ts';

/** The catalogue in force. */
export interface CurrentCatalogue {
  version: number;
  hash: string;
  currency: string;
  features: FeatureDefinition[];
  /** On offer, cheapest first. */
  plans: VersionedPlan[];
}

interface CatalogueRow {
  version: number;
  hash: string;
  document: Omit<CurrentCatalogue, 'version' | 'hash'>;
}

export async function findCatalogue(tx: Tx): Promise<CurrentCatalogue | undefined> {
  const row = await tx.one<CatalogueRow>(
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

/** Only one catalogue is applied at a time, across all replicas. */
export const lockCatalogue = (tx: Tx): Promise<unknown> =>
  tx.query("select pg_advisory_xact_lock(hashtextextended('billing catalogue', 0))");

export async function latestVersions(tx: Tx): Promise<Map<string, number>> {
  const rows = await tx.query<{ plan: string; version: number }>(
    'select plan, max(version) as version from plan_versions group by plan',
  );
  return new Map(rows.map((row) => [row.plan, row.version]));
}

export async function insertCatalogue(
  tx: Tx,
  catalogue: { version: number; content: Catalogue; plans: VersionedPlan[]; added: VersionedPlan[]; source: string },
): Promise<void> {
  const { currency, features } = catalogue.content;
  await tx.query('insert into catalogues (version, hash, document, source) values ($1, $2, $3::jsonb, $4)', [
    catalogue.version,
    catalogueHash(catalogue.content),
    JSON.stringify({ currency, features, plans: catalogue.plans }),
    catalogue.source,
  ]);
  for (const { version, ...definition } of catalogue.added) {
    await tx.query(
      'insert into plan_versions (plan, version, definition, catalogue_version) values ($1, $2, $3::jsonb, $4)',
      [definition.plan, version, JSON.stringify(definition), catalogue.version],
    );
  }
}

export async function findPlanVersion(tx: Tx, plan: string, version: number): Promise<VersionedPlan | undefined> {
  const row = await tx.one<{ definition: PlanDefinition }>(
    'select definition from plan_versions where plan = $1 and version = $2',
    [plan, version],
  );
  return row && { ...row.definition, version };
}

/** A hash of the content, not of the text: comments and layout make no new version. */
export function catalogueHash(content: Catalogue): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
