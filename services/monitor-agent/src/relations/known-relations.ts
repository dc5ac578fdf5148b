import { PackedCounters } from '../storage/packed-counters.ts';

/** A table, index or database as a look found it. */
export interface Counted {
  oid: number;
  /** Of everything that is shown of it: while it is the same, nothing has changed. */
  checksum: bigint;
  counters: number[];
}

/** What a look found: those that changed since what was known, and those that are gone. */
export interface Looked<Reading extends Counted> {
  /** How many there are in all; fewer may be read. */
  known: number;
  items: Reading[];
  gone: number[];
}

/*
 * Tables or indexes of one database as the last look saw them, sorted by oid. Hundreds of servers have thousands each,
 * so they are columns, not objects. A look is never changed: the next one is a copy, so that the one before is still
 * there when it cannot be stored.
 */
export class KnownRelations {
  readonly oids: Uint32Array;
  readonly checksums: BigInt64Array;
  private readonly counters: PackedCounters;

  private constructor(oids: Uint32Array, checksums: BigInt64Array, counters: PackedCounters) {
    this.oids = oids;
    this.checksums = checksums;
    this.counters = counters;
  }

  static of(all: readonly Counted[]): KnownRelations {
    const sorted = [...all].sort((a, b) => a.oid - b.oid);
    const counters = new PackedCounters(sorted[0]?.counters.length ?? 0, sorted.length);
    for (const [at, one] of sorted.entries()) counters.set(at, one.counters);
    return new KnownRelations(
      Uint32Array.from(sorted, (one) => one.oid),
      BigInt64Array.from(sorted, (one) => one.checksum),
      counters,
    );
  }

  get size(): number {
    return this.oids.length;
  }

  countersOf(oid: number): number[] | undefined {
    const at = this.find(oid);
    return at < 0 ? undefined : this.counters.get(at);
  }

  with({ items, gone }: { items: readonly Counted[]; gone: readonly number[] }): KnownRelations {
    if (gone.length > 0 || items.some((item) => this.find(item.oid) < 0)) return this.rebuilt(items, gone);
    const copy = new KnownRelations(this.oids, this.checksums.slice(), this.counters.copy());
    for (const { oid, checksum, counters } of items) {
      const at = this.find(oid);
      copy.checksums[at] = checksum;
      copy.counters.set(at, counters);
    }
    return copy;
  }

  private rebuilt(items: readonly Counted[], gone: readonly number[]): KnownRelations {
    const replaced = new Set([...gone, ...items.map((item) => item.oid)]);
    const kept: Counted[] = [];
    for (const [at, oid] of this.oids.entries()) {
      if (replaced.has(oid)) continue;
      kept.push({ oid, checksum: this.checksums[at] ?? 0n, counters: this.counters.get(at) });
    }
    return KnownRelations.of([...kept, ...items]);
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
