import type { Tx } from '@tidegate/database/tx';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import type { Instance } from '../kernel/instance/instance.queries.ts';
import type { Metric, Prepared } from '../kernel/schedule/metric.ts';
import { readEpoch } from './server-epoch.queries.ts';
import { loadEpoch, saveEpoch, saveMarkers } from './server-epoch.rows.ts';
import { type Epoch, markersBetween } from './server-epoch.rules.ts';

/** Crashes, restarts and resets of one server, from the epochs of two looks. */
export class EpochMetric implements Metric {
  readonly name = 'epochs';
  private readonly serverId: string;
  private last: Epoch | undefined;

  constructor(serverId: string) {
    this.serverId = serverId;
  }

  async load(tx: Tx): Promise<void> {
    this.last = await loadEpoch(tx, this.serverId);
  }

  async read(connection: ServerConnection, instance: Instance, takenAt: Date): Promise<Prepared> {
    const now = await readEpoch(connection, instance);
    const found = this.last ? markersBetween(this.last, now) : [];
    return {
      save: async (tx) => {
        await saveEpoch(tx, this.serverId, now);
        await saveMarkers(tx, this.serverId, takenAt, found);
      },
      committed: () => {
        this.last = now;
      },
    };
  }
}
