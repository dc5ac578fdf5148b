import { CompactCounters } from '../kernel/storage/compact-counters.rules.ts';
import type { DatabaseState } from './counters.rules.ts';
import { type Counted, UNSETTLED } from './readings.rules.ts';

/** What a snapshot found: those that changed since what was known, and those that are gone. */
export interface RelationsSnapshot<Reading extends Counted> {
  /** How many there are in all; fewer may be read. */
  known: number;
  items: Reading[];
  gone: number[];
  /** Of the catalogue itself: while it is the same, nothing was made, renamed or dropped. */
  mark?: string | null;
}

/** A snapshot that is of one reset epoch of the counters, and what the databases said of that. */
export interface ConsistentSnapshot<Reading extends Counted> extends RelationsSnapshot<Reading> {
  state: DatabaseState;
}

/*
 * Tables or indexes of one database as the last snapshot saw them, sorted by oid. Hundreds of servers have thousands each,
 * so they are columns, not objects. A snapshot is never changed: the next one is a copy, so that the one before is still
 * there when it cannot be stored.
 */
export class KnownRelations {
  readonly oids: Uint32Array;
  readonly definitions: Int32Array;
  private readonly counters: CompactCounters;
  private readonly mark: string | null;
  /** Two snapshots in a row saw the same mark: what moved it is visible to the second. */
  private readonly settled: boolean;

  private constructor(
    { oids, definitions, counters }: { oids: Uint32Array; definitions: Int32Array; counters: CompactCounters },
    mark: string | null,
    settled: boolean,
  ) {
    this.oids = oids;
    this.definitions = definitions;
    this.counters = counters;
    this.mark = mark;
    this.settled = settled;
  }

  static of(all: readonly Counted[], mark: string | null = null, settled = false): KnownRelations {
    const sorted = [...all].sort((a, b) => a.oid - b.oid);
    const counters = new CompactCounters(sorted[0]?.counters.length ?? 0, sorted.length);
    for (const [at, one] of sorted.entries()) counters.set(at, one.counters);
    const oids = Uint32Array.from(sorted, (one) => one.oid);
    const definitions = Int32Array.from(sorted, (one) => one.definition);
    return new KnownRelations({ oids, definitions, counters }, mark, settled);
  }

  /** null: the catalogue has to be searched, whatever its counters say. */
  get settledMark(): string | null {
    return this.settled ? this.mark : null;
  }

  get size(): number {
    return this.oids.length;
  }

  countersOf(oid: number): number[] | undefined {
    const at = this.find(oid);
    return at < 0 ? undefined : this.counters.get(at);
  }

  definitionOf(oid: number): number | undefined {
    return this.definitions[this.find(oid)];
  }

  /** All counters of each added up: whatever moves one of them moves the sum. */
  sums(): Float64Array {
    return Float64Array.from(this.oids, (_, at) => this.counters.sum(at));
  }

  with({ items, gone, mark = null }: Omit<RelationsSnapshot<Counted>, 'known'>): KnownRelations {
    const settled = mark === this.mark;
    const isOther = gone.length > 0 || items.some((item) => this.find(item.oid) < 0);
    if (isOther) return KnownRelations.of(this.replaced(items, gone), mark, settled);
    const { oids } = this;
    if (items.length === 0)
      return new KnownRelations({ oids, definitions: this.definitions, counters: this.counters }, mark, settled);
    const [definitions, all] = [this.definitions.slice(), this.counters.copy()];
    for (const { oid, definition, counters } of items) {
      const at = this.find(oid);
      definitions[at] = definition;
      all.set(at, counters);
    }
    return new KnownRelations({ oids, definitions, counters: all }, mark, settled);
  }

  private replaced(items: readonly Counted[], gone: readonly number[]): Counted[] {
    const replaced = new Set([...gone, ...items.map((item) => item.oid)]);
    const kept: Counted[] = [];
    for (const [at, oid] of this.oids.entries()) {
      if (replaced.has(oid)) continue;
      kept.push({ oid, definition: this.definitions[at] ?? UNSETTLED, counters: this.counters.get(at) });
    }
    return [...kept, ...items];
  }

  /** Negative when there is none. */
  private find(oid: number): number {
    let [low, high] = [0, this.oids.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.oids[middle] ?? 0;
      if (found === oid) return middle;
      if (found < oid) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}

export const NONE_KNOWN = KnownRelations.of([]);
