import {
  type CatalogueDiff,
  catalogueApplied,
  catalogueChanged,
  type catalogueInvalid,
} from '@tidegate/contracts/billing/plans';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { countSubscriptions } from '../kernel/subscription.rows.ts';
import {
  type CurrentCatalogue,
  catalogueHash,
  findCatalogue,
  insertCatalogue,
  knownFeatures,
  latestVersions,
  lockCatalogue,
} from './catalogue.rows.ts';
import { diffCatalogues, versioned } from './catalogue-diff.rules.ts';
import type { Catalogue, FeatureDefinition } from './catalogue-model.rules.ts';
import { parseCatalogue } from './parse-catalogue.ts';

interface Compared {
  content: Catalogue;
  hash: string;
  current: CurrentCatalogue | undefined;
  diff: CatalogueDiff;
}

/** What applying the text would change. Needs a transaction that sees all subscriptions. */
export async function compareCatalogue(
  tx: Tx,
  yaml: string,
  refuse: Refuse<typeof catalogueInvalid>,
): Promise<Compared> {
  const current = await findCatalogue(tx);
  const content = parseCatalogue(refuse, yaml, await knownFeatures(tx));
  const hash = catalogueHash(content);
  const differences = diffCatalogues({
    current,
    next: content,
    latest: await latestVersions(tx),
    subscriptions: await countSubscriptions(tx),
  });
  const diff = { catalogueVersion: current?.version ?? 0, changed: current?.hash !== hash, ...differences };
  return { content, hash, current, diff };
}

/** Applies the text; content that is already in force changes nothing. */
export async function applyCatalogue(
  { tx, emit, refuse }: { tx: Tx; emit: Emit; refuse: Refuse<typeof catalogueInvalid | typeof catalogueChanged> },
  { yaml, expectedVersion }: { yaml: string; expectedVersion?: number | undefined },
): Promise<CatalogueDiff & { appliedVersion: number }> {
  await lockCatalogue(tx);
  const { content, hash, current, diff } = await compareCatalogue(tx, yaml, refuse);
  if (expectedVersion !== undefined && expectedVersion !== diff.catalogueVersion) {
    throw refuse(
      catalogueChanged,
      { catalogueVersion: diff.catalogueVersion },
      `Version ${diff.catalogueVersion} is in force, not ${expectedVersion}. Look at the diff again, then apply.`,
    );
  }
  if (current && !diff.changed) return { ...diff, appliedVersion: current.version };
  const version = diff.catalogueVersion + 1;
  await insertCatalogue(tx, { version, hash, ...versioned(content, diff), source: yaml });
  await emit(catalogueApplied, {
    version,
    appliedAt: new Date().toISOString(),
    meters: content.features.flatMap(metersOf),
  });
  return { ...diff, appliedVersion: version };
}

function metersOf({ kind: _kind, meter, ...info }: FeatureDefinition) {
  return meter ? [{ ...info, meter }] : [];
}
