import type { Tx } from '@tidegate/database/tx';
import { findChangedSince, findPeriods } from '../entitlements/entitlement-snapshot.rows.ts';
import type { MeterPeriods } from '../entitlements/meter-periods.rules.ts';

const MAX_ORGANISATIONS = 100_000;

/**
 * The periods of organisations between batches. A number in the database grows with every change of periods, and cannot
 * grow while a batch is written: the cache can be incomplete but never old, whichever replica stored the change.
 */
export class PeriodCache {
  /** Batches that are being written hold it: it only gains entries, and another one takes its place where some are dropped. */
  private known: Map<string, MeterPeriods> = new Map();
  private epoch = -1;

  /** For a transaction that sees all organisations and counts in this epoch; until it ends the answer is true. */
  async of(tx: Tx, epoch: number, events: readonly { org: string }[]): Promise<ReadonlyMap<string, MeterPeriods>> {
    if (epoch > this.epoch) await this.dropChanged(tx, epoch);
    if (this.known.size > MAX_ORGANISATIONS) this.known = new Map();
    const { known } = this;
    const lacking = new Set<string>();
    for (const { org } of events) if (!known.has(org)) lacking.add(org);
    if (lacking.size === 0) return known;
    const found = (await findPeriods(tx, [...lacking])).map(({ org_id, periods }) => [org_id, periods] as const);
    // What was read before another change is not for later batches.
    if (epoch !== this.epoch || known !== this.known) return new Map([...known, ...found]);
    for (const [org, periods] of found) known.set(org, periods);
    return known;
  }

  private async dropChanged(tx: Tx, epoch: number): Promise<void> {
    if (this.known.size > 0) {
      const changed = await findChangedSince(tx, this.epoch);
      if (changed.length > 0) {
        this.known = new Map(this.known);
        for (const { org_id } of changed) this.known.delete(org_id);
      }
    }
    this.epoch = Math.max(this.epoch, epoch);
  }
}
