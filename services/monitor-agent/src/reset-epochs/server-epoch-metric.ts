import type { Tx } from '@tidegate/database/tx';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import type { Instance } from '../kernel/instance/instance.queries.ts';
import type { Metric, Prepared } from '../kernel/schedule/metric.ts';
import { readServerEpoch } from './server-epoch.queries.ts';
import { loadServerEpoch, storeAnnotations, storeServerEpoch } from './server-epoch.rows.ts';
import { annotationsBetween, type ServerEpoch } from './server-epoch.rules.ts';

/** Crashes, restarts and resets of one server, from the epochs of two snapshots. */
export class ServerEpochMetric implements Metric {
  readonly name = 'epochs';
  private readonly serverId: string;
  private last: ServerEpoch | undefined;

  constructor(serverId: string) {
    this.serverId = serverId;
  }

  async load(tx: Tx): Promise<void> {
    this.last = await loadServerEpoch(tx, this.serverId);
  }

  async read(connection: ServerConnection, instance: Instance, takenAt: Date): Promise<Prepared> {
    const now = await readServerEpoch(connection, instance);
    const found = this.last ? annotationsBetween(this.last, now) : [];
    return {
      save: async (tx) => {
        await storeServerEpoch(tx, this.serverId, now);
        await storeAnnotations(tx, this.serverId, takenAt, found);
      },
      committed: () => {
        this.last = now;
      },
    };
  }
}
