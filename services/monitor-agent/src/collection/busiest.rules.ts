import type { KnownRelations } from '../relations/known-relations.ts';
import { DATABASE_COUNTERS, type DatabaseReading } from '../relations/read-databases.ts';
import { WRITES } from '../relations/resized.rules.ts';

/*
 * Databases in which most was done since the look before: rows written, and transactions beyond the few of a visit of
 * our own. Their tables are what somebody wants to see now; the others may wait.
 */
const MOST = 3;
const OWN_TRANSACTIONS = 60;

const positions = (names: readonly (typeof DATABASE_COUNTERS)[number][]) =>
  names.map((name) => DATABASE_COUNTERS.indexOf(name));
const WRITTEN = positions(WRITES);
const TRANSACTIONS = positions(['commits', 'rollbacks']);

export function busiestDatabases(items: readonly DatabaseReading[], before: KnownRelations | undefined): number[] {
  const work = items.flatMap(({ oid, counters }) => {
    const earlier = before?.countersOf(oid);
    if (!earlier) return [];
    const grown = (at: number[]) =>
      at.reduce((sum, one) => sum + Math.max(0, (counters[one] ?? 0) - (earlier[one] ?? 0)), 0);
    const done = grown(WRITTEN) + Math.max(0, grown(TRANSACTIONS) - OWN_TRANSACTIONS);
    return done > 0 ? [{ oid, done }] : [];
  });
  work.sort((one, other) => other.done - one.done);
  return work.slice(0, MOST).map(({ oid }) => oid);
}
