import type { Tx } from '@tidegate/database/tx';
import { findChangedSince, findPeriods } from '../entitlements/entitlement-snapshot.rows.ts';
import type { Times } from '../entitlements/meter-periods.rules.ts';

const MAX_ORGANISATIONS = 100_000;

/**
 * The periods and time zones of organisations between batches. A number in the database grows with every change of periods or zones, and
 * cannot grow while a batch is written: the cache can be incomplete but never old, whichever replica stored the change.
 */
export class PeriodCache {
  /** Batches that are being written hold it: it only gains entries, and another one takes its place where some are dropped. */
  private known = new Map<string, Times>();
  private epoch = -1;

  /** For a transaction that sees all organisations and counts in this epoch; until it ends the answer is true. */
  async of(tx: Tx, epoch: number, events: readonly { org: string }[]): Promise<ReadonlyMap<string, Times>> {
    if (epoch > this.epoch) await this.dropChanged(tx, epoch);
    if (this.known.size > MAX_ORGANISATIONS) this.known = new Map();
    const { known } = this;
    const lacking = new Set<string>();
    let before = '';
    for (const { org } of events) {
      if (org !== before && !known.has(org)) lacking.add(org);
      before = org;
    }
    if (lacking.size === 0) return known;
    const found = await findPeriods(tx, [...lacking]);
    // What was read before another change is not for later batches.
    const isOld = epoch !== this.epoch || known !== this.known;
    const into = isOld ? new Map(known) : known;
    for (const { org_id: org, periods, time_zone: zone } of found) into.set(org, { periods, zone });
    return into;
  }

  private async dropChanged(tx: Tx, epoch: number): Promise<void> {
    if (this.known.size > 0) {
      const changed = await findChangedSince(tx, this.epoch);
      if (changed.length > 0) {
        this.known = new Map(this.known);
        for (const { org_id: org } of changed) this.known.delete(org);
      }
    }
    this.epoch = Math.max(this.epoch, epoch);
  }
}
