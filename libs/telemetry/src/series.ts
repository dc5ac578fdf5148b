import type { Histogram } from 'prom-client';

/** What the library stores of one set of labels. */
interface Counted {
  bucketValues: Record<string, number>;
  sum: number;
  count: number;
}

interface Inside {
  hashMap: Record<string, Counted>;
  sortedLabelNames: readonly string[];
  upperBounds: readonly number[];
}

/**
 * A histogram's values of these labels. For what is measured several times a request: the library makes a text of the labels
 * at every value and looks for it, which is nearly all that a value costs; here that is done once.
 */
export class Series {
  private readonly histogram: Histogram;
  private readonly inside: Inside;
  private readonly labels: Readonly<Record<string, string>>;
  private readonly key: string;
  private readonly bounds: readonly number[];
  private readonly buckets: readonly string[];

  constructor(histogram: Histogram, labels: Readonly<Record<string, string>>) {
    this.histogram = histogram;
    this.inside = histogram as unknown as Inside;
    this.labels = labels;
    const { sortedLabelNames, upperBounds } = this.inside;
    this.key = sortedLabelNames.map((name) => `${name}:${labels[name]},`).join('');
    this.bounds = upperBounds;
    this.buckets = upperBounds.map(String);
  }

  observe(value: number): void {
    const counted = this.inside.hashMap[this.key] ?? this.begin();
    counted.sum += value;
    counted.count += 1;
    const bucket = this.buckets[this.bounds.findIndex((bound) => value <= bound)];
    if (bucket !== undefined) counted.bucketValues[bucket] = (counted.bucketValues[bucket] ?? 0) + 1;
  }

  private begin(): Counted {
    this.histogram.zero(this.labels);
    return this.inside.hashMap[this.key] as Counted;
  }
}

/** Those of a histogram that are measured, each looked up by a text that is cheap to make. */
export class SeriesMap {
  private readonly known = new Map<string, Series>();

  constructor(private readonly histogram: Histogram) {}

  at(key: string, labels: () => Readonly<Record<string, string>>): Series {
    const known = this.known.get(key);
    if (known) return known;
    const made = new Series(this.histogram, labels());
    this.known.set(key, made);
    return made;
  }
}
