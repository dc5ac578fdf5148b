import { Injectable, Optional } from '@nestjs/common';
import { BUILT_IN_FEATURES, type BuiltIn } from '@tidegate/contracts/billing/built-in-features';
import { getEntitlements, type Entitlements as Snapshot } from '@tidegate/contracts/billing/entitlements';
import { LEVELS, type Level } from '@tidegate/contracts/billing/features';
import type { Restriction } from '@tidegate/contracts/billing/restrictions';
import { accessTo, addonFor, type Need, planFor, refusalOf, upgradeFor } from '@tidegate/contracts/billing/snapshot';
import {
  conflict,
  featureNotIncluded,
  organisationReadOnly,
  planLimitReached,
} from '@tidegate/contracts/kernel/problem';
import { allowMore } from '@tidegate/contracts/kernel/upgrade-addon';
import { AskFirst } from '@tidegate/database/ask-first';
import { holdsConnection } from '@tidegate/database/one-connection';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { InstallationLicence } from '@tidegate/runtime/licence/installation-licence';
import { findSnapshot, type Lock, storeSnapshot } from './snapshot.rows.ts';

/** Marks what a service owns of a feature: called in the transaction that stores a newer snapshot, or removes something. */
export type Follower = (tx: Tx, snapshot: Snapshot) => Promise<void>;

/**
 * What an organisation may do, decided from the snapshot that billing sent and this service stored. The snapshot of an
 * unknown organisation is fetched once, without holding the transaction meanwhile. A feature that the snapshot lacks is
 * not included.
 */
@Injectable()
export class Entitlements {
  private readonly bus: Bus;
  private readonly licence: Pick<InstallationLicence, 'standing'> | undefined;
  private readonly followers: Follower[] = [];

  constructor(bus: Bus, @Optional() licence?: InstallationLicence) {
    this.licence = licence;
    this.bus = bus;
  }

  /**
   * For creating one more of a counted thing. Locks the organisation's snapshot until the transaction ends, so that
   * concurrent creations count one after another: of N attempts at a limit of L exactly L succeed. `adding`: so many at
   * once.
   */
  async claim(
    tx: Tx,
    feature: BuiltIn<'counted'>,
    count: () => Promise<number>,
    { adding = 1 }: { adding?: number } = {},
  ): Promise<void> {
    this.requireLicence();
    const snapshot = await this.snapshot(tx, 'for update');
    const { product, plan } = refusalOf(snapshot, feature);
    if (accessTo(snapshot, feature) === 'read_only') throw organisationReadOnly({ product, plan });
    const limit = limitOf(snapshot, feature);
    if (limit === undefined) throw this.missing(snapshot, feature, { amount: adding });
    if (limit === null) return;
    const used = await count();
    if (used + adding <= limit) return;
    const need = { amount: used + adding };
    throw planLimitReached(
      { feature, limit, used, ...refusalOf(snapshot, feature, need) },
      `${limit} ${plain(feature)} are allowed, and ${used} exist. ${wayOut(snapshot, feature, need)}`,
    );
  }

  /** For creating something by it: throws `feature_not_included` unless the plan says yes, and when it is read-only. */
  async feature(tx: Tx, feature: BuiltIn<'boolean'>): Promise<void> {
    this.requireLicence();
    const snapshot = await this.snapshot(tx);
    const { product, plan } = refusalOf(snapshot, feature);
    if (accessTo(snapshot, feature) === 'read_only') throw organisationReadOnly({ product, plan });
    const grant = snapshot.features[feature];
    if (grant?.kind !== 'boolean' || !grant.value) throw this.missing(snapshot, feature);
  }

  /** For looking at it, which is possible while the product is read-only: at least this level, or a yes. */
  async shows(
    tx: Tx,
    feature: BuiltIn<'boolean' | 'level'>,
    { least = 'basic' }: { least?: Level } = {},
  ): Promise<void> {
    const snapshot = await this.snapshot(tx);
    const grant = snapshot.features[feature];
    const isHad =
      BUILT_IN_FEATURES[feature] === 'boolean'
        ? grant?.kind === 'boolean' && grant.value
        : grant?.kind === 'level' && LEVELS.indexOf(grant.level) >= LEVELS.indexOf(least);
    if (!isHad) throw this.missing(snapshot, feature, { level: least });
  }

  /** The same as an answer, from what is stored: no for an organisation that nothing is known of. */
  async has(tx: Tx, feature: BuiltIn<'boolean'>): Promise<boolean> {
    const grant = (await findSnapshot(tx, ''))?.features[feature];
    return grant?.kind === 'boolean' && grant.value;
  }

  /** Whether all of the organisation is made up, from what is stored: no for one that nothing is known of. */
  async isDemo(tx: Tx): Promise<boolean> {
    return (await findSnapshot(tx, ''))?.demo === true;
  }

  /** For what is written into the demo only. Whoever fills it at the same time waits. */
  async requireDemo(tx: Tx): Promise<Snapshot> {
    const snapshot = await findSnapshot(tx, 'for update');
    if (!snapshot?.demo) throw conflict({}, 'Only the demo organisation is filled.');
    return snapshot;
  }

  /** For changing or starting something that exists: refused while it is restricted, with the reason. */
  async usable(
    tx: Tx,
    feature: BuiltIn<'boolean' | 'counted'>,
    restricted: Restriction | null,
    count: () => Promise<number>,
  ): Promise<void> {
    if (restricted === null) return;
    const snapshot = await this.snapshot(tx);
    const { product, plan } = refusalOf(snapshot, feature);
    if (restricted === 'read_only') throw organisationReadOnly({ product, plan });
    const limit = limitOf(snapshot, feature);
    if (restricted === 'not_included' || typeof limit !== 'number') throw this.missing(snapshot, feature);
    const used = await count();
    // All of them: which of those over the limit comes first is nobody's choice.
    const need = { amount: used };
    throw planLimitReached(
      { feature, limit, used, ...refusalOf(snapshot, feature, need) },
      `The oldest ${limit} ${plain(feature)} are in use; this one is over the limit. ${wayOut(snapshot, feature, need)}`,
    );
  }

  /** From the next snapshot on; before the service takes anything. */
  follow(follower: Follower): void {
    this.followers.push(follower);
  }

  async store(tx: Tx, snapshot: Snapshot): Promise<void> {
    if (await storeSnapshot(tx, snapshot)) await this.mark(tx, snapshot);
  }

  /**
   * For removing something that is counted, so that one over the limit takes its place. The lock comes before the
   * thing's own, as when a snapshot arrives.
   */
  async removing<T>(tx: Tx, remove: () => Promise<T>): Promise<T> {
    const snapshot = await findSnapshot(tx, 'for update');
    const removed = await remove();
    if (snapshot) await this.mark(tx, snapshot);
    return removed;
  }

  /** A number of the plan, such as days of retention. */
  async number(tx: Tx, feature: BuiltIn<'static'>): Promise<number> {
    const snapshot = await this.snapshot(tx);
    const grant = snapshot.features[feature];
    if (grant?.kind !== 'static') throw this.missing(snapshot, feature);
    return grant.value;
  }

  async snapshot(tx: Tx, lock: Lock = ''): Promise<Snapshot> {
    const stored = await findSnapshot(tx, lock);
    if (stored) return stored;
    const orgId = tx.orgId as string;
    const fetch = () => this.bus.call(getEntitlements, {}, { orgId });
    if (!holdsConnection()) return fetch();
    throw new AskFirst(async () => {
      const fetched = await fetch();
      return (next) => this.store(next.as({ orgId }), fetched);
    });
  }

  /** An installation whose licence has ended for long creates nothing, whatever the plans of its customers say. */
  private requireLicence(): void {
    if (this.licence?.standing().readOnly)
      throw organisationReadOnly({ product: null, plan: null }, 'The licence of this installation has to be renewed.');
  }

  private async mark(tx: Tx, snapshot: Snapshot): Promise<void> {
    for (const follower of this.followers) await follower(tx, snapshot);
  }

  private missing(snapshot: Snapshot, feature: string, need?: Need): Error {
    return featureNotIncluded({ feature, ...refusalOf(snapshot, feature, need) });
  }
}

function wayOut(snapshot: Snapshot, feature: string, need: Need): string {
  const { upgrade, addon } = { upgrade: upgradeFor(snapshot, feature, need), addon: addonFor(snapshot, feature, need) };
  const hasPlan = ({ product, plan }: { product: string; plan: string }) => snapshot.plans[product]?.plan === plan;
  const newest = upgrade && hasPlan(upgrade) && planFor(snapshot, feature)?.plan === upgrade.plan;
  const more = allowMore(
    upgrade && `the ${newest ? 'newest version of the ' : ''}plan ${upgrade.planName}`,
    addon &&
      `${addon.quantity ? `${addon.quantity} of ` : ''}the add-on ${addon.addonName}${hasPlan(addon) ? '' : ` with the plan ${addon.planName}`}`,
  );
  return more || 'Delete some first.';
}

/** Null: no limit. Undefined: not included. */
function limitOf({ features }: Snapshot, feature: string): number | null | undefined {
  const grant = features[feature];
  return grant?.kind === 'counted' ? grant.limit : undefined;
}

const plain = (feature: string): string => feature.replaceAll('_', ' ');
