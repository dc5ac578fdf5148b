import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/* One registry per process: several services in one process differ by the label `service`. */
const registry = new Registry();
/* Samples of the event loop's delay: each wakes the process, and the usual hundred a second take 0.3 % of a core. */
collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 500 });

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Metrics by name; asking twice gives the same one. Names start with `tidegate_` and end in their unit. */
export class Metrics {
  counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return (registry.getSingleMetric(name) ??
      new Counter({ name, help, labelNames, registers: [registry] })) as Counter<L>;
  }

  gauge<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> {
    return (registry.getSingleMetric(name) ?? new Gauge({ name, help, labelNames, registers: [registry] })) as Gauge<L>;
  }

  /**
   * A gauge that is read at each scrape and costs nothing else; while it cannot be read it is left out. A second call
   * with the same name adds a value with other labels. Returns how to end it.
   */
  watched(
    name: string,
    help: string,
    labels: Record<string, string>,
    read: () => number | undefined | Promise<number | undefined>,
  ): () => void {
    return this.watchedEach(name, help, Object.keys(labels), async () => {
      const value = await read();
      return value === undefined ? [] : [{ labels, value }];
    });
  }

  /** The same for values whose labels are only known when they are read, such as one for each plan. */
  watchedEach(name: string, help: string, labelNames: string[], read: Reader): () => void {
    const readers = watched.get(name) ?? watch(name, help, labelNames);
    readers.add(read);
    return () => readers.delete(read);
  }

  /** The greatest value that a gauge of this process has now; 0 without. */
  async greatest(name: string): Promise<number> {
    const values = (await registry.getSingleMetric(name)?.get())?.values ?? [];
    return Math.max(0, ...values.map(({ value }) => value));
  }

  /** In seconds unless `buckets` says otherwise. */
  histogram<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
    buckets: number[] = SECONDS,
  ): Histogram<L> {
    return (registry.getSingleMetric(name) ??
      new Histogram({ name, help, labelNames, buckets, registers: [registry] })) as Histogram<L>;
  }
}

const watched = new Map<string, Set<Reader>>();

function watch(name: string, help: string, labelNames: string[]): Set<Reader> {
  const readers = new Set<Reader>();
  watched.set(name, readers);
  new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    async collect() {
      const values = await Promise.all([...readers].map(readNow));
      // Concurrently, because two scrapes may overlap.
      this.reset();
      // One without labels would begin at 0, which somebody measured.
      if (labelNames.length === 0) this.remove();
      for (const { labels, value } of values.flat()) this.set(labels, value);
    },
  });
  return readers;
}

/** Several things that are watched, ended together. */
export const endAll =
  (ends: readonly (() => void)[]): (() => void) =>
  () => {
    for (const end of ends) end();
  };

/** A scrape waits for a database no longer than this. */
const READ_MS = 1_000;

type Reader = () => Promise<{ labels: Record<string, string>; value: number }[]>;

async function readNow(read: Reader): ReturnType<Reader> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<[]>((resolve) => {
    timer = setTimeout(() => resolve([]), READ_MS);
  });
  try {
    return await Promise.race([read(), late]);
  } catch {
    // A figure that cannot be read is missing; the cause is reported by the code that depends on the same thing.
    return [];
  } finally {
    clearTimeout(timer);
  }
}

export const metricsText = (): Promise<string> => registry.metrics();

/** Resets every figure: for tests, whose files share a process. */
export const resetMetrics = (): void => registry.resetMetrics();
