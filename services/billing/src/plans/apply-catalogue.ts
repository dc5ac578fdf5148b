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
  latestVersions,
  lockCatalogue,
} from './catalogue.rows.ts';
import { diffPlans, type VersionedPlan } from './catalogue-diff.rules.ts';
import type { Catalogue } from './catalogue-file.rules.ts';
import { parseCatalogue } from './parse-catalogue.ts';

interface Compared {
  content: Catalogue;
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
  const content = parseCatalogue(refuse, yaml, current?.features);
  const changes = diffPlans({
    offered: current?.plans ?? [],
    next: content.plans,
    latest: await latestVersions(tx),
    subscriptions: await countSubscriptions(tx),
  });
  const changed = current?.hash !== catalogueHash(content);
  return { content, current, diff: { catalogueVersion: current?.version ?? 0, changed, changes } };
}

/** Applies the text; content that is already in force changes nothing. */
export async function applyCatalogue(
  { tx, emit, refuse }: { tx: Tx; emit: Emit; refuse: Refuse<typeof catalogueInvalid | typeof catalogueChanged> },
  { yaml, expectedVersion }: { yaml: string; expectedVersion?: number | undefined },
): Promise<CatalogueDiff & { appliedVersion: number }> {
  await lockCatalogue(tx);
  const { content, current, diff } = await compareCatalogue(tx, yaml, refuse);
  if (expectedVersion !== undefined && expectedVersion !== diff.catalogueVersion) {
    throw refuse(
      catalogueChanged,
      { catalogueVersion: diff.catalogueVersion },
      `Version ${diff.catalogueVersion} is in force, not ${expectedVersion}. Look at the diff again, then apply.`,
    );
  }
  if (current && !diff.changed) return { ...diff, appliedVersion: current.version };
  const version = diff.catalogueVersion + 1;
  const versions = new Map(diff.changes.map((change) => [change.plan, change]));
  const plans: VersionedPlan[] = content.plans.map((plan) => ({
    ...plan,
    version: versions.get(plan.plan)?.toVersion ?? 1,
  }));
  const added = plans.filter((plan) => versions.get(plan.plan)?.change !== 'unchanged');
  await insertCatalogue(tx, { version, content, plans, added, source: yaml });
  await emit(catalogueApplied, {
    version,
    appliedAt: new Date().toISOString(),
    meters: content.features.filter((feature) => feature.kind === 'metered').map(({ kind: _kind, ...info }) => info),
  });
  return { ...diff, appliedVersion: version };
}
