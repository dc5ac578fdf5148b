import type { Tx } from '@tidegate/database/tx';
import { beginCounting, findChangedSince, findPeriods } from '../entitlements/entitlement-snapshot.rows.ts';
import type { MeterPeriods } from '../entitlements/meter-periods.rules.ts';

const MAX_ORGANISATIONS = 100_000;

/**
 * The periods of organisations between batches. A number in the database grows with every change of periods, and cannot
 * grow while a batch is written: the cache can be incomplete but never old, whichever replica stored the change.
 */
export class PeriodCache {
  private readonly known = new Map<string, MeterPeriods>();
  private epoch = -1;

  /** For a transaction that sees all organisations; until it ends the answer is true. */
  async of(tx: Tx, events: readonly { org: string }[]): Promise<ReadonlyMap<string, MeterPeriods>> {
    const epoch = await beginCounting(tx);
    if (epoch > this.epoch) await this.dropChanged(tx, epoch);
    if (this.known.size > MAX_ORGANISATIONS) this.known.clear();
    const periods = new Map<string, MeterPeriods>();
    const lacking = new Set<string>();
    for (const { org } of events) {
      const known = this.known.get(org);
      if (known) periods.set(org, known);
      else lacking.add(org);
    }
    if (lacking.size === 0) return periods;
    for (const row of await findPeriods(tx, [...lacking])) {
      periods.set(row.org_id, row.periods);
      // What was read before another change is not for later batches.
      if (epoch === this.epoch) this.known.set(row.org_id, row.periods);
    }
    return periods;
  }

  private async dropChanged(tx: Tx, epoch: number): Promise<void> {
    if (this.known.size > 0) for (const { org_id } of await findChangedSince(tx, this.epoch)) this.known.delete(org_id);
    this.epoch = Math.max(this.epoch, epoch);
  }
}
