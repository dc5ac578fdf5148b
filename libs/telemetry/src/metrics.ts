import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/* One registry per process: several services in one process tell themselves apart by the label `service`. */
const registry = new Registry();
collectDefaultMetrics({ register: registry });

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Metrics by name; asking twice gives the same one. Names start with `tidegate_` and end in their unit. */
export class Metrics {
  counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return (registry.getSingleMetric(name) ??
      new Counter({ name, help, labelNames, registers: [registry] })) as Counter<L>;
  }

  gauge<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> {
    return (registry.getSingleMetric(name) ?? new Gauge({ name, help, labelNames, registers: [registry] })) as Gauge<L>;
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

export const metricsText = (): Promise<string> => registry.metrics();
