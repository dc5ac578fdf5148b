import type { Tx } from '@tidegate/database/tx';
import type { MeterPeriods } from '../entitlements/meter-periods.rules.ts';
import { findEnrolments, findVersions } from './enrolment.rows.ts';

const MAX_ORGANISATIONS = 100_000;

/** What counting needs of an organisation's entitlements. */
export interface Enrolment {
  version: number;
  periods: MeterPeriods;
  /** What its plan includes. */
  meters: ReadonlySet<string>;
}

/**
 * Enrolments of many organisations at once, kept between requests: a snapshot never changes without its version, which is read
 * in the same transaction, so what is kept can be missing but never old.
 */
export class Enrolments {
  private readonly known = new Map<string, Enrolment>();
  /** Organisations with one plan share the set of its meters. */
  private readonly sets = new Map<string, ReadonlySet<string>>();

  /** Those of these organisations that exist; for a transaction that sees all organisations and has begun to count. */
  async of(tx: Tx, orgIds: readonly string[]): Promise<ReadonlyMap<string, Enrolment>> {
    const found = new Map<string, Enrolment>();
    const lacking: string[] = [];
    for (const { org_id: org, version } of await findVersions(tx, orgIds)) {
      const known = this.known.get(org);
      if (known?.version === version) found.set(org, known);
      else lacking.push(org);
    }
    if (lacking.length === 0) return found;
    if (this.known.size > MAX_ORGANISATIONS) this.known.clear();
    for (const { org_id: org, version, periods, meters } of await findEnrolments(tx, lacking)) {
      const enrolment = { version, periods, meters: this.shared(meters) };
      this.known.set(org, enrolment);
      found.set(org, enrolment);
    }
    return found;
  }

  private shared(meters: readonly string[]): ReadonlySet<string> {
    const name = meters.join(' ');
    const set = this.sets.get(name) ?? new Set(meters);
    if (this.sets.size > 1_000) this.sets.clear();
    this.sets.set(name, set);
    return set;
  }
}
