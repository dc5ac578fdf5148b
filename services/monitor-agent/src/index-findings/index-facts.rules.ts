import type { IndexFacts } from '../relations/index-shape.rules.ts';

export interface IndexSnapshot {
  databaseOid: number;
  tableOid: number;
  oid: number;
  database: string;
  schema: string;
  table: string;
  name: string;
  columns: string[];
  method: string | null;
  unique: boolean;
  valid: boolean;
  /** Somebody is building or dropping it at this moment. */
  building: boolean;
  bytes: number | null;
  /** null: not read yet. */
  facts: IndexFacts | null;
  use: IndexUse;
}

/** Milliseconds. */
export interface IndexUse {
  /** null: counters have not been compared yet. */
  countingSince: number | null;
  /** How much of the time since then, or of more, was not observed. */
  unobservedMs: number;
  firstSeenAt: number;
  lastScanAt: number | null;
  /** A replica of the same data has read it, or has not been watched long enough to tell. */
  usedElsewhere: boolean;
}

/** An index that we know the facts of. */
export type Known = IndexSnapshot & { method: string; facts: IndexFacts };

export const isKnown = (index: IndexSnapshot): index is Known => index.facts !== null && index.method !== null;

const equal = <T>(a: readonly T[], b: readonly T[]) => a.length === b.length && a.every((value, n) => value === b[n]);
const begins = <T>(long: readonly T[], short: readonly T[]) => equal(long.slice(0, short.length), short);
const ascending = (values: readonly number[]) => [...values].sort((a, b) => a - b);

/** Same columns, order, operators and condition: it answers the same questions equally well. */
export function isTwin(a: Known, b: Known): boolean {
  return sameKind(a, b) && a.facts.keys.length === b.facts.keys.length && keysBegin(a, b) && sameIncluded(a, b);
}

/*
 * `wide` does all that `narrow` does (monitoring.md 3.8): its keys begin with the other's, column by column with the
 * same operator class, collation and direction; expressions and condition are equal. Only a btree can be asked by the
 * first of its columns as well as one that has no more. What `narrow` includes beside its keys, `wide` must have too.
 * Columns are compared as numbers: as text, "10 2" begins with "1".
 */
export function covers(wide: Known, narrow: Known): boolean {
  if (!sameKind(wide, narrow) || !keysBegin(wide, narrow)) return false;
  if (wide.facts.keys.length > narrow.facts.keys.length && wide.method !== 'btree') return false;
  return narrow.facts.include.length === 0 || isTwin(wide, narrow);
}

function sameKind(a: Known, b: Known): boolean {
  return (
    a.databaseOid === b.databaseOid &&
    a.tableOid === b.tableOid &&
    a.method === b.method &&
    a.facts.expressions === b.facts.expressions &&
    a.facts.predicate === b.facts.predicate &&
    // How full the pages of a btree are changes nothing; elsewhere parameters decide what the index can do.
    (a.method === 'btree' || a.facts.parameters === b.facts.parameters)
  );
}

function keysBegin(wide: Known, narrow: Known): boolean {
  const [a, b] = [wide.facts, narrow.facts];
  return (
    begins(a.keys, b.keys) &&
    begins(a.classes, b.classes) &&
    begins(a.collations, b.collations) &&
    begins(a.options, b.options)
  );
}

const sameIncluded = (a: Known, b: Known) => equal(ascending(a.facts.include), ascending(b.facts.include));

/** Whether anything besides reads depends on it. Dropping what enforces a rule is never advised. */
export const isFree = ({ unique, facts }: Known): boolean =>
  !unique &&
  facts.constraint === null &&
  !facts.replicaIdentity &&
  !facts.clustered &&
  !facts.attached &&
  !facts.extension;
