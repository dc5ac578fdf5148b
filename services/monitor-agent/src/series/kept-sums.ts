import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Decoded } from './columns.rules.ts';
import type { StatementSums, SumsOfHours, Times } from './statement-sums.rules.ts';

const MIB = 2 ** 20;
/** Half a megabyte for 5,000 statements, whether over a year or a day. */
const MOST_OF_SUMS = 16 * MIB;
const MOST_OF_HOURS = 8 * MIB;
/** An hour of 300 statements that are called each minute is two megabytes. */
const MOST_OF_POINTS = 12 * MIB;
const MOST_OF_TIMES = 4 * MIB;
/** A process that nobody asks any more gives the memory back. */
const UNUSED_MS = 10 * 60_000;
const BYTES_A_NUMBER = 8;
const NUMBERS_AN_ARRAY = 8;

/** What was counted from contents that are never changed: the last used, as far as there is room for them. */
export class Kept<T extends object> {
  private readonly kept: LRUCache<string, T>;
  private sweep: NodeJS.Timeout | undefined;

  constructor(mostBytes: number, bytesOf: (one: T) => number, unusedMs = UNUSED_MS) {
    this.kept = new LRUCache({
      ...{ maxSize: mostBytes, sizeCalculation: (one) => Math.max(1, bytesOf(one)) },
      ...{ ttl: unusedMs, updateAgeOnGet: true },
    });
    this.unusedMs = unusedMs;
  }
  private readonly unusedMs: number;

  get bytes(): number {
    return this.kept.calculatedSize;
  }

  /** As it was counted before, or else as it is counted now; `contents` names all that decides it. It is shared: nobody changes it. */
  async of(contents: unknown, count: () => Promise<T>): Promise<T> {
    const key = createHash('sha256').update(JSON.stringify(contents)).digest('base64');
    const known = this.kept.get(key);
    if (known) return known;
    const counted = await count();
    this.kept.set(key, counted);
    this.sweepLater();
    return counted;
  }

  private sweepLater(): void {
    this.sweep ??= setTimeout(() => {
      this.sweep = undefined;
      this.kept.purgeStale();
      if (this.kept.size > 0) this.sweepLater();
    }, this.unusedMs).unref();
  }
}

const bytesOf = (columns: Iterable<Float64Array>): number =>
  [...new Set(columns)].reduce((sum, { byteLength }) => sum + byteLength, 0);

/** What reads of statements keep for the next ones; see whole-rollups.ts and hours-of-rollup.ts. */
@Injectable()
export class KeptSums {
  readonly sums = new Kept<StatementSums>(MOST_OF_SUMS, ({ bytes }) => bytes);
  readonly hours = new Kept<SumsOfHours>(
    MOST_OF_HOURS,
    ({ sums, times }) => sums.bytes + 3 * times.ids.length * BYTES_A_NUMBER,
  );
  readonly points = new Kept<{ points: Decoded }>(MOST_OF_POINTS, ({ points }) => bytesOf(points));
  readonly times = new Kept<{ times: Times }>(
    MOST_OF_TIMES,
    ({ times }) => BYTES_A_NUMBER * [...times.values()].reduce((sum, own) => sum + own.length + NUMBERS_AN_ARRAY, 0),
  );
}
