import type { Tx } from '@tidegate/database/tx';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import type { Instance } from '../kernel/instance/instance.queries.ts';
import type { Metric, Prepared } from '../kernel/schedule/metric.ts';
import { readServerEpoch } from './server-epoch.queries.ts';
import { loadServerEpoch, storeAnnotations, storeServerEpoch } from './server-epoch.rows.ts';
import { annotationsBetween, type ServerEpoch } from './server-epoch.rules.ts';

const ALL_VIEWS_MS = 600_000;

/** Crashes, restarts and resets of one server, from the epochs of two snapshots. */
export class ServerEpochMetric implements Metric {
  readonly name = 'epochs';
  private readonly serverId: string;
  private last: ServerEpoch | undefined;
  /** Over which connection, and when, all views were asked. */
  private asked: { connection: ServerConnection; at: number } | undefined;

  constructor(serverId: string) {
    this.serverId = serverId;
  }

  async load(tx: Tx): Promise<void> {
    this.last = await loadServerEpoch(tx, this.serverId);
  }

  async read(connection: ServerConnection, instance: Instance, takenAt: Date): Promise<Prepared> {
    const at = takenAt.getTime();
    const asked = this.asked?.connection === connection && at - this.asked.at < ALL_VIEWS_MS ? this.asked : undefined;
    const now = await readServerEpoch(connection, instance, asked && this.last?.resets);
    const found = this.last ? annotationsBetween(this.last, now) : [];
    return {
      save: async (tx) => {
        await storeServerEpoch(tx, this.serverId, now);
        await storeAnnotations(tx, this.serverId, takenAt, found);
      },
      committed: () => {
        this.last = now;
        this.asked = asked ?? { connection, at };
      },
    };
  }
}
