import { Metrics } from '@tidegate/telemetry/metrics';
import type { FailureCode } from '../kernel/connection/connection-failure.rules.ts';
import { intake } from '../kernel/connection/intake.ts';

/** What operators see of the servers that this process watches. */
export interface Watched {
  connected: boolean;
  /** When figures were stored last, in milliseconds; undefined while there were none. */
  collectedAt: number | undefined;
}

export class CollectionMetrics {
  private readonly servers;
  private readonly oldest;
  private readonly answers;
  private readonly failures;

  constructor(metrics = new Metrics()) {
    this.servers = metrics.gauge('tidegate_monitor_servers', 'Servers that this process watches, by state', ['state']);
    this.oldest = metrics.gauge(
      'tidegate_monitor_oldest_collection_seconds',
      'Time since the last figures of the connected server that has waited longest',
    );
    this.answers = metrics.gauge('tidegate_monitor_answers_bytes', 'Memory that answers of servers take just now');
    this.failures = metrics.counter(
      'tidegate_monitor_failures_total',
      'Connections to servers that failed or were cut off, by reason',
      ['code'],
    );
  }

  failed(code: FailureCode): void {
    this.failures.inc({ code });
  }

  tell(watched: readonly Watched[], now: number): void {
    const connected = watched.filter((one) => one.connected);
    this.servers.set({ state: 'connected' }, connected.length);
    this.servers.set({ state: 'away' }, watched.length - connected.length);
    const ages = connected.flatMap(({ collectedAt }) => (collectedAt === undefined ? [] : [now - collectedAt]));
    this.oldest.set(Math.max(0, ...ages) / 1_000);
    this.answers.set(intake.bytes);
  }
}
