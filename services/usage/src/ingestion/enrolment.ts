import type { Tx } from '@tidegate/database/tx';
import type { Times } from '../entitlements/meter-periods.rules.ts';
import { findChanges, findEnrolments } from './enrolment.rows.ts';

const MAX_ORGANISATIONS = 100_000;

/** What counting needs of an organisation's entitlements. */
export interface Enrolment extends Times {
  /** What its plan includes. */
  meters: ReadonlySet<string>;
}

/**
 * Enrolments of many organisations at once, kept between requests. Each request asks in its own transaction whose were changed
 * since the last one, so what is kept can be missing but never old.
 */
export class Enrolments {
  private readonly known = new Map<string, Enrolment>();
  /** The number of the transaction from which on changes are not known yet. */
  private next: string | undefined;
  /** Grows with every change that is noticed. */
  private changes = 0;
  /** Organisations with one plan share the set of its meters. */
  private readonly sets = new Map<string, ReadonlySet<string>>();

  /** Those of these organisations that are not kept. */
  missing(orgIds: Iterable<string>): string[] {
    return [...new Set(orgIds)].filter((orgId) => !this.known.has(orgId));
  }

  /** Those of these organisations that exist; for a transaction that sees all organisations and has begun to count. */
  async of(tx: Tx, orgIds: ReadonlySet<string>): Promise<ReadonlyMap<string, Enrolment>> {
    const asked = [...orgIds];
    const isFirst = this.next === undefined;
    // Nothing is kept yet that could have changed.
    let answer = await findChanges(tx, this.next ?? LATEST, asked);
    // Another request was answered meanwhile, and may have kept something.
    if (isFirst && this.next !== undefined) answer = await findChanges(tx, this.next, asked);
    const { changed, deleted, next } = answer;
    for (const org of changed) this.known.delete(org);
    if (changed.length > 0) this.changes += 1;
    if (this.next === undefined || BigInt(next) > BigInt(this.next)) this.next = next;
    const gone = new Set(deleted);
    const found = new Map<string, Enrolment>();
    const lacking: string[] = [];
    for (const org of orgIds) {
      if (gone.has(org)) continue;
      const known = this.known.get(org);
      if (known) found.set(org, known);
      else lacking.push(org);
    }
    if (lacking.length > 0) await this.read(tx, lacking, found);
    return found;
  }

  private async read(tx: Tx, lacking: readonly string[], found: Map<string, Enrolment>): Promise<void> {
    const { changes } = this;
    const rows = await findEnrolments(tx, lacking);
    if (this.known.size > MAX_ORGANISATIONS) this.known.clear();
    for (const { org_id: org, periods, time_zone: zone, meters } of rows) {
      const enrolment = { periods, zone, meters: this.shared(meters) };
      found.set(org, enrolment);
      // What was read before another change was noticed is not for later requests.
      if (changes === this.changes) this.known.set(org, enrolment);
    }
  }

  private shared(meters: readonly string[]): ReadonlySet<string> {
    const name = meters.join(' ');
    const set = this.sets.get(name) ?? new Set(meters);
    if (this.sets.size > 1_000) this.sets.clear();
    this.sets.set(name, set);
    return set;
  }
}

/** No transaction has it. */
const LATEST = '18446744073709551615';
