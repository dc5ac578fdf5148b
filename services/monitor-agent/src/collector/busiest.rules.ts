import type { KnownRelations } from '../relations/known-relations.rules.ts';
import { DATABASE_COUNTERS, type DatabaseReading } from '../relations/readings.rules.ts';
import { WRITES } from '../relations/resized.rules.ts';

/*
 * Databases in which most was done since the snapshot before: rows written, and transactions beyond the few of a visit
 * of our own. Their tables matter now; the others may wait.
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

/**
 * Due and busy databases go before all that have waited: a round of a thousand databases takes a quarter of an hour.
 */
export function nextVisit<T extends { busy: boolean; query: { dueAt: number } }>(
  all: Iterable<T>,
  now: number,
): T | undefined {
  const first = ({ busy, query }: T) => busy && query.dueAt <= now;
  let next: T | undefined;
  for (const one of all) {
    const isBefore = next && (first(one) === first(next) ? one.query.dueAt < next.query.dueAt : first(one));
    if (!next || isBefore) next = one;
  }
  return next;
}
